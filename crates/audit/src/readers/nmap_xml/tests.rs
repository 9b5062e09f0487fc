use super::*;
use crate::readers::corpus::{account, assets, shown};
use crate::readers::testing::{read, survives_mutation};

const SCAN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/share/nmap/nmap.xsl" type="text/xsl"?>
<!-- Nmap 7.93 scan initiated -->
<nmaprun scanner="nmap" args="nmap -sV" start="1700000000" version="7.93">
<scaninfo type="syn" protocol="tcp" numservices="2" services="22,443"/>
<host starttime="1700000000" endtime="1700000090"><status state="up" reason="arp-response"/>
<address addr="10.1.2.3" addrtype="ipv4"/>
<address addr="00:50:56:AA:BB:CC" addrtype="mac" vendor="VMware, Inc. (3401 Hillview Avenue Palo Alto CA US)"/>
<hostnames><hostname name="vpn.example.cn" type="PTR"/></hostnames>
<ports><extraports state="closed" count="996"/>
<port protocol="tcp" portid="22"><state state="open"/><service name="ssh" method="table" conf="3"/>
<script id="banner" output="SSH-2.0-xyz"/></port>
<port protocol="tcp" portid="443"><state state="open"/>
<service name="https" product="Acme SSL VPN" version="7.1" extrainfo="build 2" ostype="AcmeOS" tunnel="ssl" method="probed" conf="10"><cpe>cpe:/h:acme:vpn_100:7.1</cpe></service>
<script id="http-title" output="Please Login&#xa;Requested resource was /remote/login"><elem key="title">Please Login</elem></script>
<script id="http-headers" output="&#xa;  Server: xxxxxxxx-xxxxx&#xa;  Set-Cookie: SVPN=secret; secure&#xa;  X-UA: x&#xa;  X-Auth-Token: hunter2&#xa;"/>
<script id="http-favicon" output="Unknown favicon MD5: 4644F2D45601037B8423D45E13194C93"/>
<script id="ssl-cert" output="Subject: commonName=FGT60/organizationName=Acme/Sons"><table key="subject"><elem key="commonName">FGT60</elem><elem key="organizationName">Acme, Inc.</elem></table><table key="issuer"><elem key="organizationName">Acme CA</elem></table></script>
<script id="http-methods" output="GET"/></port>
<port protocol="tcp" portid="8443"><state state="filtered"/></port>
<port protocol="udp" portid="161"><state state="open"/><service name="snmp" method="probed" conf="8"/>
<script id="snmp-sysdescr" output="Acme 100&#xa;  System uptime: 3d (1 timeticks)"/></port>
</ports>
<os><osmatch name="AcmeOS 7" accuracy="96"><osclass type="firewall" vendor="Acme" osfamily="AcmeOS" accuracy="96"><cpe>cpe:/o:acme:acmeos:7</cpe></osclass></osmatch>
<osmatch name="Linux 3" accuracy="88"><osclass type="general purpose" vendor="Linux" accuracy="88"/></osmatch></os>
<hostscript><script id="smb-os-discovery" output="x"><elem key="os">Server 9</elem></script></hostscript>
</host>
<host><status state="down"/><address addr="10.1.2.4" addrtype="ipv4"/></host>
<runstats><finished time="1700000100"/></runstats>
</nmaprun>
"#;

#[test]
fn a_scanned_host_with_all_that_its_ports_say() {
    let collector = read(&NmapXml, "scan.xml", SCAN.as_bytes());
    assert_eq!(
        assets(&collector),
        ["device vpn.example.cn ip=10.1.2.3 mac=00:50:56:aa:bb:cc hostname=vpn.example.cn"]
    );
    let strings = &collector.observations.strings;
    let asset = &collector.observations.assets[0];
    assert_eq!(asset.observed_on.map(|day| strings.get(day)), Some("2023-11-14"));
    assert_eq!(
        shown(&collector),
        [
            "platform mac.oui=005056 name=VMware, Inc. (3401 Hillview Avenue Palo Alto CA US)",
            "device net.tcp=22 ssh.banner=SSH-2.0-xyz",
            "mention net.service=ssh",
            "device net.tcp=443 net.service=https net.product=Acme SSL VPN version=7.1 \
             banner=build 2 text=AcmeOS cpe=h:acme:vpn_100 http.title=Please Login \
             http.server=xxxxxxxx-xxxxx http.cookie=SVPN http.header=X-UA: x http.header=x-auth-token \
             http.favicon=4644f2d45601037b8423d45e13194c93 tls.subject=CN=FGT60,O=Acme, Inc. \
             tls.issuer=O=Acme CA",
            "device net.udp=161 net.service=snmp snmp.sysdescr=Acme 100",
            "device cpe=o:acme:acmeos device.vendor=Acme device.model=AcmeOS 7",
            "mention device.vendor=Linux device.model=Linux 3",
            "device text=Server 9",
        ]
    );
    let ledger = &collector.sources[0].1;
    assert_eq!((ledger.rows, ledger.understood, ledger.lost_rows()), (12, 7, 0));
    assert_eq!(collector.diagnostics, []);
}

#[test]
fn contradicting_guesses_are_mentions() {
    let text = r#"<nmaprun><host><status state="up"/><address addr="10.0.0.1" addrtype="ipv4"/><os>
        <osmatch name="A" accuracy="95"><osclass vendor="Acme" type="firewall" accuracy="95"/></osmatch>
        <osmatch name="B" accuracy="95"><osclass vendor="Bcme" type="router" accuracy="95"/></osmatch>
        </os></host></nmaprun>"#;
    let collector = read(&NmapXml, "scan.xml", text.as_bytes());
    assert_eq!(assets(&collector), ["unknown 10.0.0.1 ip=10.0.0.1"]);
    assert_eq!(
        shown(&collector),
        ["mention device.vendor=Acme device.model=A", "mention device.vendor=Bcme device.model=B"]
    );
}

#[test]
fn an_interrupted_scan_is_read_as_far_as_it_goes() {
    let cut = SCAN.find("<port protocol=\"tcp\" portid=\"8443\">").unwrap();
    let (rows, seen, said) = account(&NmapXml, &SCAN.as_bytes()[..cut + 40]);
    assert_eq!(rows, (7, 3, 3, 1), "the port that was begun may have been open");
    assert_eq!(seen.len(), 4);
    assert_eq!(said, ["input/truncated"]);
}

#[test]
fn printed_certificates_and_odd_titles() {
    let text = r#"<nmaprun><host><status state="up"/><ports><port protocol="tcp" portid="443">
        <state state="open"/><script id="ssl-cert" output="Subject: commonName=a/organizationName=X/Y&#10;Issuer: commonName=b&#10;Not valid"/>
        <script id="http-title" output="Site doesn't have a title (text/html)."/>
        <script id="http-auth" output="&#10;HTTP/1.1 401&#10;  Basic realm=Vault&#10;"/></port>
        <port protocol="sctp" portid="1"><state state="open|filtered"/></port>
        <port protocol="tcp" portid="x"><state state="open"/></port></ports></host></nmaprun>"#;
    let (rows, seen, _) = account(&NmapXml, text.as_bytes());
    assert_eq!(rows, (3, 1, 1, 1));
    assert_eq!(
        seen,
        ["device net.tcp=443 tls.subject=CN=a,O=X/Y tls.issuer=CN=b http.realm=Vault"]
    );
}

#[test]
fn knows_its_own() {
    let probe = |text: &str| {
        NmapXml.probe(&Head { bytes: text.as_bytes(), complete: true, name: "nmaprun.xml" })
    };
    assert_eq!(probe(SCAN), Some(100));
    assert_eq!(probe("<REQUEST><CONTENT/></REQUEST>"), None);
    assert_eq!(probe("nmaprun"), None);
}

#[test]
fn survives_damage() {
    survives_mutation(&NmapXml, SCAN.as_bytes());
}
