//! Rows that say which computer it is, what it runs on and which system it runs.

use model::asset::IdKind;
use model::field::{Context, Field};

use super::Tables;
use super::key::Key;
use super::words;
use crate::codes;
use crate::sink::Sink;

impl Tables {
    /// The name of the computer.
    pub(super) fn computer_name(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        // `Tcpip\Parameters` has the name as well, in its own case and longer than fifteen letters.
        let name = key.first_text(&["ComputerName", "NV Hostname", "Hostname"]);
        sink.name(self.asset, name);
        let domain = key.text("Domain");
        if !name.is_empty() && !domain.is_empty() {
            sink.identify(self.asset, IdKind::Hostname, &format!("{name}.{domain}"));
        }
        self.describes_asset(key, sink);
    }

    /// The name of the computer as the domain's directory has it: `CN=NAME,OU=…,DC=…`.
    pub(super) fn directory_name(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let common = key.text("Distinguished-Name").split(',').next().unwrap_or("");
        if let Some(name) = common.strip_prefix("CN=") {
            sink.name(self.asset, name);
        }
        self.describes_asset(key, sink);
    }

    /// The version of Windows.
    pub(super) fn windows_version(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let product = key.text("ProductName");
        if product.is_empty() {
            // The 32-bit copy of the key, or a hive without it.
            return sink.row(key.at).inert(codes::ROW_NOT_INVENTORY);
        }
        let release = key.first_text(&["DisplayVersion", "ReleaseId", "CSDVersion"]);
        let build = key.first_text(&["CurrentBuild", "CurrentBuildNumber"]);
        let build = match key.number("UBR") {
            Some(revision) if !build.is_empty() => format!("{build}.{revision}"),
            _ => build.to_owned(),
        };
        let words = [product, release, build.as_str()];
        let os: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        sink.os(self.asset, &os.join(" "));
        let facts = [(Field::SoftwareName, product), (Field::Version, build.as_str())];
        self.observe(key, Context::Installed, &facts, sink);
    }

    /// Manufacturer and model of the computer.
    pub(super) fn firmware(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        self.hardware(key, Context::Platform, sink);
    }

    /// Which hardware configuration is in use; its name is the UUID of the computer.
    pub(super) fn hardware_configs(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let last = key.text("LastConfig");
        self.last_config = last.to_owned();
        sink.identify(self.asset, IdKind::Uuid, last.trim_matches(['{', '}']));
        self.describes_asset(key, sink);
    }

    /// A hardware configuration; one that is not in use is where the disk was before.
    pub(super) fn hardware_config(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let in_use = key.name().eq_ignore_ascii_case(&self.last_config);
        self.hardware(key, if in_use { Context::Platform } else { Context::Residue }, sink);
    }

    /// A network adapter: one on a bus is part of the computer, one without is the work of a program. Who provides its driver is
    /// not who makes it: cards of all makers have drivers that came with the system.
    pub(super) fn adapter(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let device = key.first_text(&["DeviceInstanceID", "MatchingDeviceId", "ComponentId"]);
        let model = words::display(key.text("DriverDesc"));
        let provider = (Field::WinPublisher, words::display(key.text("ProviderName")));
        if is_software(device) {
            let version = (Field::Version, key.text("DriverVersion"));
            let facts = [(Field::WinDisplay, model), provider, version];
            self.observe(key, Context::Running, &facts, sink);
        } else {
            self.observe(key, Context::Platform, &[(Field::HwModel, model), provider], sink);
        }
    }

    /// A device that Amcache knows.
    pub(super) fn amcache_device(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let model = words::display(key.text("Model"));
        let maker = words::display(key.text("Manufacturer"));
        // `(Standard system devices)` is nobody.
        let maker = if maker.starts_with('(') { "" } else { maker };
        if is_software_bus(key.text("Enumerator")) {
            let version = (Field::Version, key.text("DriverVerVersion"));
            let facts = [(Field::WinDisplay, model), (Field::WinPublisher, maker), version];
            self.observe(key, Context::Running, &facts, sink);
        } else {
            let facts = [(Field::HwVendor, maker), (Field::HwModel, model)];
            self.observe(key, Context::Platform, &facts, sink);
        }
    }

    /// The computer as Amcache describes it; `#` stands for unknown.
    pub(super) fn amcache_computer(&mut self, key: &Key<'_>, sink: &mut Sink<'_>) {
        let text = |name| Some(key.text(name)).filter(|&text| text != "#").unwrap_or("");
        if !key.name().eq_ignore_ascii_case("Hardware") {
            return sink.row(key.at).inert(codes::ROW_NOT_INVENTORY);
        }
        sink.name(self.asset, text("DeviceName"));
        sink.identify(self.asset, IdKind::Serial, text("OEMSerialNumber"));
        let model = Some(text("OEMModelNumber")).filter(|model| !model.is_empty());
        let facts = [
            (Field::HwVendor, text("OEMManufacturerName")),
            (Field::HwModel, model.unwrap_or(text("OEMModelName"))),
        ];
        self.observe(key, Context::Platform, &facts, sink);
    }

    fn hardware(&mut self, key: &Key<'_>, context: Context, sink: &mut Sink<'_>) {
        let facts = [
            (Field::HwVendor, key.text("SystemManufacturer")),
            (Field::HwModel, key.text("SystemProductName")),
        ];
        self.observe(key, context, &facts, sink);
    }
}

/// Whether a device, by its path, hangs on no bus of the computer.
fn is_software(device: &str) -> bool {
    is_software_bus(device.split_once('\\').map_or("", |(bus, _)| bus))
}

fn is_software_bus(bus: &str) -> bool {
    SOFTWARE_BUSES.iter().any(|name| bus.eq_ignore_ascii_case(name))
}

/// Where devices hang that exist only as software.
const SOFTWARE_BUSES: &[&str] = &["", "ROOT", "SWD", "SW"];
