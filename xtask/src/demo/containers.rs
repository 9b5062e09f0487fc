//! Kubernetes: what the cluster says, what Helm says, and what Helm would apply.

use serde_json::json;

use super::Estate;

pub(crate) fn write(estate: &mut Estate) {
    estate.put("k8s/cd-prod/workloads.yaml", WORKLOADS);
    estate.put("k8s/cd-prod/falcon-sensor.rendered.yaml", RENDERED);
    estate.put(
        "k8s/cd-prod/kubectl-get-all.json",
        serde_json::to_vec_pretty(&list()).unwrap_or_default(),
    );
    estate.put("k8s/cd-prod/helm-list.json", releases().to_string());
}

fn list() -> serde_json::Value {
    let pod = |name: &str, namespace: &str, image: &str| {
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
            "spec": {"containers": [{"name": name, "image": image}], "nodeName": "cd-k8s-01"},
        })
    };
    json!({
        "apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""},
        "items": [
            pod("tos-web-6c9", "tos", "registry.jinhai.example/tos/tos-web:5.3.1"),
            pod("redis-0", "tos", "docker.io/bitnami/redis:7.4.0-debian-12-r2"),
            pod("wiz-sensor-x7k2p", "wiz", "wizio.azurecr.io/sensor:v1"),
            pod("cert-manager-5f4", "cert-manager", "quay.io/jetstack/cert-manager-controller:v1.15.3"),
            pod("falcon-api-1", "yard", "registry.jinhai.example/yard/falcon-api:1.4"),
        ],
    })
}

fn releases() -> serde_json::Value {
    let release = |name: &str, namespace: &str, chart: &str, version: &str| {
        json!({
            "app_version": version, "chart": chart, "name": name, "namespace": namespace, "revision": "3", "status": "deployed",
            "updated": "2026-03-12 06:14:02.114 +0800 CST",
        })
    };
    json!([
        release("falcon", "falcon-system", "falcon-sensor-1.34.0", "1.34.0"),
        release("wiz", "wiz", "wiz-kubernetes-integration-0.2.112", "2.16"),
        release("ingress", "kube-system", "ingress-nginx-4.11.2", "1.11.2"),
    ])
}

const WORKLOADS: &str = r#"apiVersion: v1
kind: Namespace
metadata:
  name: falcon-system
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: tos-web
  namespace: tos
spec:
  replicas: 3
  selector:
    matchLabels: {app: tos-web}
  template:
    metadata:
      labels: {app: tos-web}
    spec:
      containers:
        - name: web
          image: registry.jinhai.example/tos/tos-web:5.3.1
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: conjur-authn
  namespace: secrets
spec:
  selector:
    matchLabels: {app: conjur}
  template:
    metadata:
      labels: {app: conjur}
    spec:
      initContainers:
        - name: init
          image: "busybox:1.36"
      containers:
        - name: conjur
          image: "docker.io/cyberark/conjur:1.21.1"
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: twistlock-defender-ds
  namespace: twistlock
spec:
  selector:
    matchLabels: {app: twistlock-defender}
  template:
    metadata:
      labels: {app: twistlock-defender}
    spec:
      containers:
        - name: twistlock-defender
          image: registry-auth.twistlock.com/tw_example/twistlock/defender:defender_32_07_123
"#;

const RENDERED: &str = r#"---
# Source: falcon-sensor/templates/daemonset.yaml
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: falcon-falcon-sensor
  namespace: falcon-system
  labels:
    app.kubernetes.io/managed-by: Helm
    helm.sh/chart: falcon-sensor-1.34.0
spec:
  selector:
    matchLabels:
      app: falcon-falcon-sensor
  template:
    metadata:
      annotations:
        sensor.falcon-system.crowdstrike.com/injection: disabled
      labels:
        app: falcon-falcon-sensor
    spec:
      containers:
        - name: falcon-node-sensor
          image: "registry.crowdstrike.com/falcon-sensor/us-1/release/falcon-sensor:7.22.0-17507-1"
---
# Source: falcon-sensor/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: falcon-falcon-sensor-config
  namespace: falcon-system
data:
  FALCONCTL_OPT_CID: "0123456789ABCDEF0123456789ABCDEF-12"
"#;
