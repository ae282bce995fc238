package entra_test

func browserRequested() bool { return false }
