package site

// Ignored is a check whose failure does not hold its gate closed at this site.
type Ignored struct {
	// Check is the id of one check, as in spn.aes; there is no "all".
	Check string `yaml:"check"`
	// Reason is printed wherever the outcome is.
	Reason string `yaml:"reason"`
}
