"""The ways this package says no: none to a person; a broken seal is a finding of the verifier."""
