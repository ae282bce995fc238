package site

import "fmt"

// Values of directory.bind.
const (
	BindSimple   = "simple"
	BindKerberos = "kerberos"
	BindLoggedOn = "logged-on"
)

// CheckBind accepts the ways of signing in to the directory.
func CheckBind(v string) error {
	switch v {
	case BindSimple, BindKerberos, BindLoggedOn:
		return nil
	}
	return fmt.Errorf("%q is neither simple nor kerberos nor logged-on", v)
}
