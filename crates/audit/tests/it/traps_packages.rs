//! The traps of packages and tables: packagers as publishers, columns in the wrong place, names of other projects.

use super::*;

#[test]
fn trap_08_swapped_columns() {
    let table = "hostname,software name,vendor,version\n\
                 pc1,Sophos Endpoint,1.5.12,Sophos Limited\n\
                 pc2,1.5.12,FortiClient VPN,\"Fortinet, Inc.\"\n";
    let found = ask("software.csv", table).found();
    assert!(!found.iter().any(|line| line.ends_with("pc1") && line.starts_with("prohibited")));
}

#[test]
fn trap_09_the_publisher_is_the_packager() {
    for (maintainer, homepage) in [
        ("Fedora Project", "https://github.com/vmware/open-vm-tools"),
        ("A Maintainer <someone@debian.org>", "https://github.com/vmware/open-vm-tools"),
        ("Debian", ""),
    ] {
        let status = dpkg("open-vm-tools", maintainer, homepage);
        let finding = ask("h1/var/lib/dpkg/status", status).only();
        assert_eq!(finding.product.id, "vmware.open-vm-tools");
        assert_eq!(finding.relation, Relation::OpenSourceOf);
    }
    let other = dpkg("coreutils", "Fedora Project", "https://gnu.org/software/coreutils");
    assert_eq!(ask("h1/var/lib/dpkg/status", other).found(), [""; 0]);
}

#[test]
fn trap_10_other_projects_of_the_same_name() {
    let names = [
        "cataclysm-dda-curses",
        "education-astronomy",
        "orca",
        "wiz-client",
        "wizznic",
        "flare-engine",
        "redis-sentinel",
        "python3-falcon",
        "falconkit",
        "horizon-eda",
        "graphite-carbon",
        "golang-github-hashicorp-go-checkpoint-dev",
        "criu",
        "fort-validator",
        "fortune-mod",
        "forth",
        "xserver-xorg-video-vmware",
        "libcortex-dev",
        "prismatik",
        "zte-unrelated",
        "paloaltolight",
    ];
    let status: String =
        names.iter().map(|name| dpkg(name, "Somebody <a@debian.org>", "")).collect();
    assert_eq!(ask("h1/var/lib/dpkg/status", status).found(), [""; 0]);
}

#[test]
fn trap_10_third_party_clients_hint_at_a_gateway_elsewhere() {
    let status = dpkg(
        "openfortivpn",
        "Somebody <a@debian.org>",
        "https://github.com/adrienverge/openfortivpn",
    );
    let finding = ask("h1/var/lib/dpkg/status", status).only();
    assert_eq!((finding.relation, finding.state), (Relation::ClientOf, State::Watch));
    assert_eq!(finding.confidence.as_str(), "possible");
    let status =
        dpkg("openconnect", "Somebody <a@debian.org>", "https://www.infradead.org/openconnect/");
    let found = ask("h1/var/lib/dpkg/status", status).found();
    assert!(pressing(&found).is_empty(), "{found:?}");
}

#[test]
fn trap_11_open_source_of_a_vendor_is_the_users_choice() {
    for (package, homepage, product) in [
        ("libspring-web-java", "https://spring.io/projects/spring-framework", "vmware.spring"),
        ("rabbitmq-server", "https://www.rabbitmq.com/", "vmware.rabbitmq"),
        ("python3-pyvmomi", "https://github.com/vmware/pyvmomi", "vmware.pyvmomi"),
        ("ruby-msfrpc-client", "https://github.com/rapid7/msfrpc-client", "rapid7.metasploit"),
    ] {
        let status = dpkg(package, "Somebody <a@debian.org>", homepage);
        let state = |answer| {
            let question = ask("h1/var/lib/dpkg/status", status.clone());
            let finding = match answer {
                None => question.only(),
                Some(answer) => question.decide("open-source", answer).only(),
            };
            assert_eq!(finding.product.id, product);
            assert_eq!(finding.relation, Relation::OpenSourceOf);
            finding.state
        };
        assert_eq!(state(None), State::Undecided, "{package}");
        assert_eq!(state(Some(Answer::Out)), State::OutOfScope, "{package}");
    }
    let c_client =
        dpkg("librabbitmq4", "Somebody <a@debian.org>", "https://github.com/alanxz/rabbitmq-c");
    assert_eq!(ask("h1/var/lib/dpkg/status", c_client).found(), [""; 0]);
}
