//! The azurerm provider's names.
