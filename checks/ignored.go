package checks

// Opens says that this outcome does not hold a gate closed: by itself, or
// because the site ignores the check, with a reason that is always shown. Only
// what failed or could not be told can be ignored; a crash is our bug.
func (r Result) Opens() bool {
	return r.Status.Opens() || r.Ignored != "" && (r.Status == Fail || r.Status == Unknown)
}

// Pardoned says that a gate is open only because the outcome is ignored.
func (r Result) Pardoned() bool { return r.Opens() && !r.Status.Opens() }
