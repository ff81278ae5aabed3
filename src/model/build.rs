//! From the tree of resources to the model.
