//! Inventories of agents of the GLPI family: what FusionInventory, the GLPI agent and OCS write as XML
//! (`<REQUEST><CONTENT>…`), and GLPI's `inventory_format` in JSON (schema of 2023).
//!
//! Both notations hold the same sections under the same names, so both become [`record::Record`]s and go through
//! [`inventory::Inventory`]. Each element of a section is a row. Accounts, environment variables, licence keys, network secrets and
//! process arguments are never read. The files that a network discovery writes hold several devices; each is an asset.

mod devices;
mod inventory;
mod json;
mod record;
mod sections;
mod software;
#[cfg(test)]
mod tests;
mod xml;

pub(crate) use json::GlpiJson;
pub(crate) use xml::GlpiXml;
