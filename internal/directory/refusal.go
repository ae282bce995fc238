package directory

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/go-ldap/ldap/v3"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// classify gives an error of the library, or of the network below it, the form
// that checks judge.
func classify(op string, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*fact.Error](err); ok {
		return known
	}
	var e *ldap.Error
	if !errors.As(err, &e) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return netprobe.Classify(system, op, err)
	}
	if e.ResultCode >= ldap.ErrorNetwork {
		return network(op, e)
	}
	out := &fact.Error{Kind: kindOf(e.ResultCode), System: system, Op: op, Code: codeOf(e), Text: diagnostic(e), Err: err}
	if why := explanation(out.Code, windowsError(out.Text)); why != "" {
		out.Text = why + "; it says: " + out.Text
	}
	return out
}

// Windows errors at the head of a refusal's text.
const (
	errorAccess     = 8344 // ERROR_DS_INSUFF_ACCESS_RIGHTS
	errorPrivilege  = 1314 // ERROR_PRIVILEGE_NOT_HELD
	errorNotUnique  = 8647 // ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST
	errorUPNTaken   = 8648 // ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST
	errorConstraint = 8239 // ERROR_DS_CONSTRAINT_VIOLATION, Samba's word for a name that is taken
)

// explanation says what domain controllers mean by their refusals: of a sign-in
// by a hardened one, and of a write.
func explanation(code string, windows uint64) string {
	switch windows {
	case errorAccess:
		return "you may not write this attribute of this object (8344): an administrator of the domain, or whoever was given the right, has to"
	case errorPrivilege:
		return "you may write the object, but not trust accounts for delegation: that takes the user right SeEnableDelegationPrivilege on the domain controller, which administrators have"
	case errorNotUnique, errorUPNTaken:
		return "another account of the forest holds this name already (" + strconv.FormatUint(windows, 10) + "): find it with setspn -F -Q, and take the name from it first"
	case errorConstraint:
		return forbidden
	}
	switch code {
	case codeSigning:
		return "the domain controller demands signing and does not count TLS as such: Kerberos without TLS, signed and sealed, is taken (directory.bind: kerberos), and so is a password over ldaps:// (directory.bind: simple) where nothing in between ends TLS"
	case codeBinding:
		return "the domain controller demands channel binding, and what it saw is not the channel that we are on: a box in between ends TLS"
	case "insufficientAccessRights":
		return "you may not do that to this object: an administrator of the domain, or whoever was given the right, has to"
	case "constraintViolation":
		return forbidden
	}
	return ""
}

// forbidden is what a constraint violation without a closer word comes to.
const forbidden = "a rule of the domain controller forbids the value: for a service name, that another account holds it or a computer stands for it through HOST; for another attribute, that this domain controller writes it itself"

// network classifies the codes that the library makes up itself. A closed
// channel is how it tells of a lost connection.
func network(op string, e *ldap.Error) error {
	cause := e.Err
	if cause == nil {
		cause = e
	}
	err := netprobe.Classify(system, op, cause)
	var f *fact.Error
	if errors.As(err, &f) && f.Kind == fact.Unclassified {
		f.Kind = fact.Unsupported
		if e.ResultCode == ldap.ErrorNetwork {
			f.Kind, f.Text = fact.Unreachable, "the connection was lost"
		}
	}
	return err
}

func diagnostic(e *ldap.Error) string {
	if e.Err == nil {
		return ""
	}
	return netprobe.Clean(e.Err.Error())
}

func kindOf(code uint16) fact.ErrorKind {
	switch code {
	case ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInappropriateAuthentication,
		ldap.LDAPResultStrongAuthRequired, ldap.LDAPResultConfidentialityRequired,
		ldap.LDAPResultOperationsError: // AD's word for "bind first"
		return fact.NotSignedIn
	case ldap.LDAPResultInsufficientAccessRights:
		return fact.NoRight
	case ldap.LDAPResultNoSuchObject:
		return fact.NotFound
	case ldap.LDAPResultTimeLimitExceeded:
		return fact.TimedOut
	case ldap.LDAPResultBusy, ldap.LDAPResultUnavailable:
		return fact.Unreachable
	case ldap.LDAPResultAuthMethodNotSupported, ldap.LDAPResultReferral, ldap.LDAPResultProtocolError,
		ldap.LDAPResultUnavailableCriticalExtension, ldap.LDAPResultUndefinedAttributeType:
		return fact.Unsupported
	case ldap.LDAPResultNoSuchAttribute, ldap.LDAPResultAttributeOrValueExists:
		return fact.Conflict
	}
	return fact.Refused
}

// codeOf is the most telling code: the sub-code of a refused bind (52e), the
// Windows error of a refused write (8647), else the result's name.
func codeOf(err error) string {
	var e *ldap.Error
	if !errors.As(err, &e) {
		return ""
	}
	text := diagnostic(e)
	switch e.ResultCode {
	case ldap.LDAPResultInvalidCredentials:
		if m := regexp.MustCompile(`\bdata ([0-9a-fA-F]+)\b`).FindStringSubmatch(text); m != nil {
			return m[1]
		}
	case ldap.LDAPResultConstraintViolation, ldap.LDAPResultUnwillingToPerform:
		if n := windowsError(text); n != 0 {
			return strconv.FormatUint(n, 10)
		}
	}
	return resultName(e.ResultCode)
}

// windowsError is the number that Active Directory begins its diagnostics with.
func windowsError(text string) uint64 {
	m := regexp.MustCompile(`^([0-9a-fA-F]{8}):`).FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseUint(m[1], 16, 32)
	if err != nil {
		return 0
	}
	return n
}

// resultName is the result's name in RFC 4511.
func resultName(code uint16) string {
	switch code {
	case ldap.LDAPResultOperationsError:
		return "operationsError"
	case ldap.LDAPResultProtocolError:
		return "protocolError"
	case ldap.LDAPResultTimeLimitExceeded:
		return "timeLimitExceeded"
	case ldap.LDAPResultSizeLimitExceeded:
		return "sizeLimitExceeded"
	case ldap.LDAPResultAuthMethodNotSupported:
		return "authMethodNotSupported"
	case ldap.LDAPResultStrongAuthRequired:
		return "strongerAuthRequired"
	case ldap.LDAPResultReferral:
		return "referral"
	case ldap.LDAPResultUnavailableCriticalExtension:
		return "unavailableCriticalExtension"
	case ldap.LDAPResultConfidentialityRequired:
		return "confidentialityRequired"
	case ldap.LDAPResultNoSuchAttribute:
		return "noSuchAttribute"
	case ldap.LDAPResultUndefinedAttributeType:
		return "undefinedAttributeType"
	case ldap.LDAPResultConstraintViolation:
		return "constraintViolation"
	case ldap.LDAPResultAttributeOrValueExists:
		return "attributeOrValueExists"
	case ldap.LDAPResultInvalidAttributeSyntax:
		return "invalidAttributeSyntax"
	case ldap.LDAPResultNoSuchObject:
		return "noSuchObject"
	case ldap.LDAPResultInappropriateAuthentication:
		return "inappropriateAuthentication"
	case ldap.LDAPResultInvalidCredentials:
		return "invalidCredentials"
	case ldap.LDAPResultInsufficientAccessRights:
		return "insufficientAccessRights"
	case ldap.LDAPResultBusy:
		return "busy"
	case ldap.LDAPResultUnavailable:
		return "unavailable"
	case ldap.LDAPResultUnwillingToPerform:
		return "unwillingToPerform"
	default:
		return fmt.Sprintf("LDAP %d", code)
	}
}

// closed says that the server takes no TLS there: it has no certificate, or a
// box in between lets none through.
func closed(err error) bool {
	var e *ldap.Error
	return errors.Is(err, errStartTLS) && errors.As(err, &e)
}

// unsealed says that the server wants to see the connection protected and does
// not see that it is: sealing by Kerberos would show it.
func unsealed(err error) bool {
	var f *fact.Error
	return errors.As(err, &f) && (f.Code == codeSigning || f.Code == codeBinding)
}

// The codes of what hardened domain controllers refuse.
const (
	codeSigning = "strongerAuthRequired"
	codeBinding = "80090346"
)

func unreachable(err error) bool {
	var f *fact.Error
	return errors.As(err, &f) && (f.Kind == fact.Unreachable || f.Kind == fact.TimedOut)
}
