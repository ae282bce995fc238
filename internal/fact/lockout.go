package fact

// Lockout is what the directory knows of wrong passwords for an account, and
// when it locks the account for them.
type Lockout struct {
	Locked bool
	// Bad are the wrong passwords within the window that counts, as far as the
	// domain controller that was asked has seen them.
	Bad int
	// Threshold is how many lock the account; 0 for no limit.
	Threshold int
}

// Left is how many wrong passwords lock the account; negative for no limit.
func (l Lockout) Left() int {
	switch {
	case l.Locked:
		return 0
	case l.Threshold <= 0:
		return -1
	}
	return max(l.Threshold-l.Bad, 0)
}
