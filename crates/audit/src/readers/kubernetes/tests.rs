use super::*;
use crate::readers::package::{corpus, facts};
use crate::readers::testing;
use crate::sink::Collector;

const MANIFESTS: &str = "\
# Source: agent/templates/daemonset.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent-node
  namespace: vendor-system
  labels: &labels
    app.kubernetes.io/name: agent
    helm.sh/chart: agent-k8s-1-node-1.36.0-rc.1
    vendor.example.com/provider: agent
spec:
  template:
    metadata:
      labels: *labels
      annotations: {sensor.vendor.example.com/injection: disabled}
    spec:
      initContainers:
      - name: init
        image: registry.example.com:5000/Vendor/agent@sha256:0123
      containers:
      - name: agent
        image: agent:7
        env:
        - {name: TOKEN, value: canary-secret, image: not/an-image}
---
apiVersion: v1
kind: Secret
metadata: {name: agent-token}
data: {image: canary-secret}
---
# nothing here
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.vendor.example.com}
spec: {group: vendor.example.com}
---
apiVersion: vendor.example.com/v1
kind: Thing
metadata: {name: one}
";

fn read(path: &str, text: &str) -> Collector {
    testing::read(&Kubernetes, path, text.as_bytes())
}

fn score(text: &str) -> Option<u8> {
    probe::score(text)
}

#[test]
fn reads_workloads_images_and_groups() {
    let read = read("in/prod.yaml", MANIFESTS);
    assert_eq!(
        facts(&read),
        [
            "running k8s.name=agent-node k8s.namespace=vendor-system \
             k8s.annotation=sensor.vendor.example.com/injection \
             k8s.annotation=vendor.example.com/provider helm.chart=agent-k8s-1-node \
             version=1.36.0-rc.1 name=DaemonSet/agent-node",
            "running oci.image=registry.example.com:5000/vendor/agent k8s.name=init \
             version=sha256:0123",
            "running oci.image=docker.io/library/agent k8s.name=agent version=7",
            "running k8s.crd=vendor.example.com \
             name=CustomResourceDefinition/things.vendor.example.com",
            "running k8s.crd=vendor.example.com name=Thing/one",
        ]
    );
    let lines: Vec<u64> = read
        .observations
        .runs
        .iter()
        .flat_map(|run| read.observations.rows_of(run))
        .map(|(_, at)| at)
        .collect();
    assert_eq!(lines, [2, 19, 22, 33, 38]);
    let ledger = &read.sources[0].1;
    assert_eq!((ledger.rows, ledger.inert_rows(), ledger.lost_rows()), (6, 1, 0));
    assert_eq!(read.observations.strings.find("canary-secret"), None);
    assert_eq!(read.observations.assets[0].kind, AssetKind::Cluster);
    assert!(read.diagnostics.is_empty());
}

#[test]
fn lists_are_read_item_by_item() {
    let item = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},
                  "spec":{"containers":[{"name":"c","image":"x/y:1"}]}}"#;
    let json = format!(r#"{{"apiVersion":"v1","items":[{item},{item},7],"kind":"List"}}"#);
    let pod = "running k8s.name=a name=Pod/a";
    let container = "running oci.image=docker.io/x/y k8s.name=c version=1";
    let read_json = read("x", &json);
    assert_eq!(facts(&read_json), [pod, container, pod, container]);
    let ledger = &read_json.sources[0].1;
    assert_eq!((ledger.rows, ledger.lost_rows()), (5, 1), "the number is no object");
    assert_eq!(score(&json), Some(85));
    let yaml = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n  \
                spec:\n    containers:\n    - image: x/y:1\n      name: c\nkind: List\n";
    assert_eq!(facts(&read("x", yaml)), [pod, container]);
    assert_eq!(score(yaml), Some(85));
    assert_eq!(facts(&read("x", item)), [pod, container]);
    let two = format!("{item}\n{item}");
    assert_eq!(facts(&read("x", &two)).len(), 4);
    assert_eq!(read("x", &json[..json.len() - 20]).diagnostics[0].code, codes::TRUNCATED);
}

#[test]
fn encodings_of_windows_shells_change_nothing() {
    let json = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}"#;
    for text in [json, MANIFESTS] {
        let plain = facts(&read("x", text));
        let wide: Vec<u8> =
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        let head = Head { bytes: &wide, complete: true, name: "x" };
        assert_eq!(Kubernetes.probe(&head), Some(85));
        assert_eq!(facts(&testing::read(&Kubernetes, "x", &wide)), plain);
        assert_eq!(facts(&read("x", &format!("\u{feff}{text}"))), plain);
    }
}

#[test]
fn charts_and_values_name_what_they_install() {
    let chart = "apiVersion: v2\nname: agent\nversion: 1.2.3\nhome: https://Example.com/agent/\n\
                 sources:\n- https://example.org/src\nmaintainers:\n- name: somebody\n\
                 dependencies:\n- name: base\n  version: 1.x\n  repository: https://charts.example.net\n";
    assert_eq!(score(chart), Some(85));
    let read_chart = read("charts/a/Chart.yaml", chart);
    assert_eq!(
        facts(&read_chart),
        [
            "device helm.chart=agent helm.repo=https://Example.com/agent/ \
             pkg.homepage=example.com/agent version=1.2.3 helm.repo=https://example.org/src",
            "component helm.chart=base helm.repo=https://charts.example.net version=1.x",
        ]
    );
    let asset = &read_chart.observations.assets[0];
    assert_eq!(asset.kind, AssetKind::Software);
    assert_eq!(read_chart.observations.strings.get(asset.name), "agent");
    let values = "node:\n  image:\n    registry: quay.io\n    repository: vendor/agent\n    tag: 1.0\n\
                  sidecarImage: other/one\npassword: canary\n";
    assert_eq!(score(values), Some(55));
    let read_values = read("charts/agent/values.yaml", values);
    assert_eq!(
        facts(&read_values),
        [
            "component oci.image=quay.io/vendor/agent version=1.0",
            "component oci.image=docker.io/other/one",
        ]
    );
    let name = read_values.observations.assets[0].name;
    assert_eq!(read_values.observations.strings.get(name), "agent");
}

#[test]
fn templates_are_scanned_line_by_line() {
    let template = "{{- if .Values.enabled }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  \
        name: agent\n  labels:\n    vendor.example.com/x: {{ .Release.Name }}\n    \
        helm.sh/chart: {{ include \"c\" . }}\nspec:\n  containers:\n  - name: c\n    \
        image: \"quay.io/vendor/agent:{{ .Values.tag }}\"\n    env:\n    - name: T\n      \
        image: canary/secret\n  - image: {{ .Values.image }}\n  - image: other/one:2\n{{- end }}\n";
    assert_eq!(score(template), Some(85));
    let read = read("charts/agent/templates/d.yaml", template);
    assert_eq!(
        facts(&read),
        [
            "component oci.image=quay.io/vendor/agent",
            "component oci.image=docker.io/other/one version=2",
            "component k8s.name=agent k8s.annotation=vendor.example.com/x name=Deployment",
        ]
    );
    assert_eq!(read.diagnostics[0].code, codes::K8S_TEMPLATE);
    let run = &read.observations.runs[0];
    assert_eq!(read.observations.rows_of(run).next().map(|(_, at)| at), Some(12));
    let name = read.observations.assets[0].name;
    assert_eq!(read.observations.strings.get(name), "agent");
}

#[test]
fn deployment_tools_name_charts() {
    let application = "apiVersion: argoproj.io/v1\nkind: Application\nmetadata: {name: a}\nspec:\n  \
                       source: {chart: agent, repoURL: 'https://charts.example.com'}\n";
    assert!(
        facts(&read("x", application))[0]
            .contains("k8s.crd=argoproj.io helm.chart=agent helm.repo=https://charts.example.com")
    );
}

#[test]
fn a_broken_document_takes_no_other_with_it() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: one}\n---\na: [\n---\n\
                apiVersion: v1\nkind: Namespace\nmetadata: {name: two}\n";
    let read = read("x", text);
    assert_eq!(
        facts(&read),
        [
            "running k8s.namespace=one name=Namespace/one",
            "running k8s.namespace=two name=Namespace/two"
        ]
    );
    let lost = &read.sources[0].1.not_understood[&codes::ROW_MALFORMED];
    assert_eq!(lost.first, [(String::new(), 4)]);
}

#[test]
fn bombs_and_depth_end() {
    let mut bomb = "apiVersion: v1\nkind: X\na0: &a0 {image: x/y}\n".to_owned();
    for n in 1..40 {
        let refs = vec![format!("*a{}", n - 1); 9].join(",");
        bomb += &format!("a{n}: &a{n} [{refs}]\n");
    }
    let read_bomb = read("x", &bomb);
    assert!(read_bomb.diagnostics.iter().any(|d| d.code == codes::LIMIT_REACHED));
    let deep = format!("apiVersion: v1\nkind: X\na: {}", "[".repeat(200));
    assert_eq!(read("x", &deep).sources[0].1.lost_rows(), 1);
    let deep = format!(r#"{{"apiVersion":"v1","kind":"X","a":{}"#, "[".repeat(100_000));
    assert_eq!(read("x", &deep).sources[0].1.lost_rows(), 1);
}

#[test]
fn other_yaml_and_json_is_not_ours() {
    for text in [
        "services:\n  web:\n    image: nginx\n",
        "- name: play\n  hosts: all\n",
        "name: a\nversion: 1\n",
        "image:\n  url: x\n",
        "{\"kind\": \"x\", \"a\": {\"apiVersion\": 1}}",
        "{\"a\": \"apiVersion\", \"b\": \"kind\"}",
        "kind,apiVersion\n1,2\n",
        "",
    ] {
        assert_eq!(score(text), None, "{text}");
    }
}

#[test]
fn survives_mutation() {
    testing::survives_mutation(&Kubernetes, MANIFESTS.as_bytes());
    let json =
        br#"{"apiVersion":"v1","items":[{"apiVersion":"v1","kind":"Pod","a":[1,{"b":"\u00e9"}]}]}"#;
    testing::survives_mutation(&Kubernetes, json);
    let template = "{{ if x }}\nkind: Pod\nmetadata:\n  name: a\n  image: x/y:{{ z }}\n";
    testing::survives_mutation(&Kubernetes, template.as_bytes());
}

#[test]
fn reads_a_real_chart() {
    let file = |name: &str| {
        let bytes = corpus(&format!("k8s/helm-charts_falcon-{name}"))?;
        assert!(score(std::str::from_utf8(&bytes).unwrap()) >= Some(55), "{name}");
        Some(facts(&testing::read(&Kubernetes, name, &bytes)))
    };
    let Some(chart) = file("sensor_Chart.yaml") else { return };
    assert!(chart[0].contains("helm.chart=falcon-sensor"));
    assert!(chart[0].contains("helm.repo=https://github.com/CrowdStrike/falcon-helm"));
    let Some(values) = file("sensor_values.yaml") else { return };
    assert!(
        values.iter().any(|fact| fact.contains("oci.image=docker.io/library/falcon-node-sensor"))
    );
    let Some(values) = file("kac_values.yaml") else { return };
    assert!(values.iter().any(|fact| fact.contains("oci.image=docker.io/library/falcon-kac")));
    let Some(template) = file("sensor_templates_daemonset.yaml") else { return };
    assert!(template[0].contains("k8s.annotation=crowdstrike.com/provider"), "{template:?}");
}
