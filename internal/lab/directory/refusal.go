package directory

import (
	"fmt"

	"sensegate/internal/lab/directory/wire"
)

// Result codes that the directory answers with.
const (
	codeOperations          = 1
	codeProtocol            = 2
	codeSizeLimit           = 4
	codeCompareFalse        = 5
	codeCompareTrue         = 6
	codeAuthMethod          = 7
	codeStrongerAuth        = 8
	codeReferral            = 10
	codeCriticalExtension   = 12
	codeSASLInProgress      = 14
	codeNoSuchAttribute     = 16
	codeInappropriateMatch  = 18
	codeConstraint          = 19
	codeValueExists         = 20
	codeSyntax              = 21
	codeNoSuchObject        = 32
	codeInvalidDN           = 34
	codeInvalidCredentials  = 49
	codeInsufficientAccess  = 50
	codeBusy                = 51
	codeUnavailable         = 52
	codeUnwilling           = 53
	codeObjectClass         = 65
	codeNotAllowedOnNonLeaf = 66
	codeEntryExists         = 68
)

// refusal is an operation that ended otherwise than in success.
type refusal struct{ wire.Result }

// Error is the diagnostic text.
func (r *refusal) Error() string { return fmt.Sprintf("result %d: %s", r.Code, r.Text) }

func refuse(code int64, format string, args ...any) *refusal {
	return &refusal{wire.Result{Code: code, Text: fmt.Sprintf(format, args...)}}
}

// comment words a refusal as the front of a domain controller does. All its
// texts end in a NUL byte on the wire; tools print it, so the lab leaves it out.
func comment(code int64, status, site, words string) *refusal {
	return refuse(code, "%s: LdapErr: DSID-%s, comment: %s, data 0, v4f7c", status, site, words)
}

func needBind() *refusal {
	return comment(codeOperations, "000004DC", "0C090CF4",
		"In order to perform this operation a successful bind must be completed on the connection.")
}

func needIntegrity() *refusal {
	return comment(codeStrongerAuth, "00002028", "0C090389",
		`The server requires binds to turn on integrity checking if SSL\TLS are not already active on the connection`)
}

func badCredentials(status uint32) *refusal {
	return refuse(codeInvalidCredentials,
		"80090308: LdapErr: DSID-0C09050F, comment: AcceptSecurityContext error, data %x, v4f7c", status)
}

// badBindings is SEC_E_BAD_BINDINGS: the client is on another TLS channel, or
// does not say on which.
func badBindings() *refusal {
	return refuse(codeInvalidCredentials,
		"80090346: LdapErr: DSID-0C090702, comment: AcceptSecurityContext error, data 80090346, v4f7c")
}

func badControl() *refusal {
	return comment(codeCriticalExtension, "00000057", "0C0907B5", "Error processing control")
}

func unknownAttribute() *refusal {
	return comment(codeNoSuchAttribute, "00000057", "0C090D8A", "Error in attribute conversion operation")
}

func badName(given string) *refusal {
	return refuse(codeInvalidDN, "0000208F: NameErr: DSID-03100225, problem 2006 (BAD_NAME), data 8350, best match of:\n\t'%s'\n", given)
}

func noObject(best string) *refusal {
	r := refuse(codeNoSuchObject, "0000208D: NameErr: DSID-0310028B, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'%s'\n", best)
	r.MatchedDN = best
	return r
}

func noAccess() *refusal {
	return refuse(codeInsufficientAccess, "00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0\n")
}

// noPrivilege is the same answer for want of a user right instead of an access
// right: ERROR_PRIVILEGE_NOT_HELD.
func noPrivilege() *refusal {
	return refuse(codeInsufficientAccess,
		"00000522: SecErr: DSID-031A1190, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0, SeEnableDelegationPrivilege\n")
}

// attributeProblem is a refusal about one attribute's values.
func attributeProblem(code int64, status, problem string, a attribute) *refusal {
	return refuse(code, "%[1]s: AtrErr: DSID-03200E68, #1:\n\t0: %[1]s: DSID-03200E68, problem %[2]s, data 0, Att %[3]s (%[4]s)\n",
		status, problem, a.number(), a.name)
}

func constraint(status string, a attribute) *refusal {
	return attributeProblem(codeConstraint, status, "1005 (CONSTRAINT_ATT_TYPE)", a)
}

func valueExists(a attribute) *refusal {
	return attributeProblem(codeValueExists, "00002083", "1006 (ATT_OR_VALUE_EXISTS)", a)
}

func valueMissing(a attribute) *refusal {
	return attributeProblem(codeNoSuchAttribute, "00002085", "1001 (NO_ATTRIBUTE_OR_VAL)", a)
}

func badValue(a attribute) *refusal {
	return attributeProblem(codeSyntax, "00000057", "1002 (INVALID_ATT_SYNTAX)", a)
}

func unwilling(status string) *refusal {
	return refuse(codeUnwilling, "%s: SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0\n", status)
}

func classViolation() *refusal {
	return refuse(codeObjectClass, "0000207D: UpdErr: DSID-03151785, problem 6002 (OBJ_CLASS_VIOLATION), data 0\n")
}
