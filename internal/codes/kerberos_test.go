package codes_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sensegate/internal/codes"
)

// TestKerberosCodes looks up every code that a KDC or a service gives in this
// kind of installation, as a number, in hexadecimal and by name.
func TestKerberosCodes(t *testing.T) {
	for code, name := range map[int]string{
		6: "KDC_ERR_C_PRINCIPAL_UNKNOWN", 7: "KDC_ERR_S_PRINCIPAL_UNKNOWN", 8: "KDC_ERR_PRINCIPAL_NOT_UNIQUE", 9: "KDC_ERR_NULL_KEY",
		12: "KDC_ERR_POLICY", 13: "KDC_ERR_BADOPTION", 14: "KDC_ERR_ETYPE_NOSUPP", 15: "KDC_ERR_SUMTYPE_NOSUPP", 16: "KDC_ERR_PADATA_TYPE_NOSUPP",
		18: "KDC_ERR_CLIENT_REVOKED", 19: "KDC_ERR_SERVICE_REVOKED", 20: "KDC_ERR_TGT_REVOKED", 23: "KDC_ERR_KEY_EXPIRED", 24: "KDC_ERR_PREAUTH_FAILED",
		25: "KDC_ERR_PREAUTH_REQUIRED", 26: "KDC_ERR_SERVER_NOMATCH", 27: "KDC_ERR_MUST_USE_USER2USER", 29: "KDC_ERR_SVC_UNAVAILABLE",
		31: "KRB_AP_ERR_BAD_INTEGRITY", 32: "KRB_AP_ERR_TKT_EXPIRED", 33: "KRB_AP_ERR_TKT_NYV", 34: "KRB_AP_ERR_REPEAT", 36: "KRB_AP_ERR_BADMATCH",
		37: "KRB_AP_ERR_SKEW", 41: "KRB_AP_ERR_MODIFIED", 44: "KRB_AP_ERR_BADKEYVER", 45: "KRB_AP_ERR_NOKEY", 50: "KRB_AP_ERR_INAPP_CKSUM",
		52: "KRB_ERR_RESPONSE_TOO_BIG", 60: "KRB_ERR_GENERIC", 68: "KDC_ERR_WRONG_REALM", 69: "KRB_AP_ERR_USER_TO_USER_REQUIRED",
	} {
		for _, text := range []string{strconv.Itoa(code), name, strings.ToLower(name), fmt.Sprintf("%s (%d)", name, code)} {
			if !known(text, name) {
				t.Errorf("%q does not lead to %s", text, name)
			}
		}
	}
	for status, name := range map[string]string{
		"0xC00000BB": "STATUS_NOT_SUPPORTED", "0xC0000272": "STATUS_NO_MATCH", "0xC0000225": "STATUS_NOT_FOUND", "0xC000006E": "STATUS_ACCOUNT_RESTRICTION",
		"0xc0000072": "STATUS_ACCOUNT_DISABLED", "0xc0000133": "STATUS_TIME_DIFFERENCE_AT_DC", "0xc0000193": "STATUS_ACCOUNT_EXPIRED",
	} {
		if !known(status, name) || !known(name, name) {
			t.Errorf("%s does not lead to %s", status, name)
		}
	}
}

func known(text, name string) bool {
	for _, c := range codes.Find(text) {
		if c.Name == name && c.Means != "" {
			return true
		}
	}
	return false
}
