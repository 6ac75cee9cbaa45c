"""Tables of the General Modeling Network Specification."""
