package kerberos

import (
	"encoding/hex"
	"strings"
	"testing"
)

// TestCodesByName reads every KRB-ERROR that is told about here from the wire
// and wants it by name, as a code in the range that the checks branch on.
func TestCodesByName(t *testing.T) {
	for code, name := range map[int]string{
		6: "KDC_ERR_C_PRINCIPAL_UNKNOWN", 7: "KDC_ERR_S_PRINCIPAL_UNKNOWN", 8: "KDC_ERR_PRINCIPAL_NOT_UNIQUE", 9: "KDC_ERR_NULL_KEY",
		12: "KDC_ERR_POLICY", 13: "KDC_ERR_BADOPTION", 14: "KDC_ERR_ETYPE_NOSUPP", 15: "KDC_ERR_SUMTYPE_NOSUPP", 16: "KDC_ERR_PADATA_TYPE_NOSUPP",
		18: "KDC_ERR_CLIENT_REVOKED", 19: "KDC_ERR_SERVICE_REVOKED", 20: "KDC_ERR_TGT_REVOKED", 23: "KDC_ERR_KEY_EXPIRED", 24: "KDC_ERR_PREAUTH_FAILED",
		25: "KDC_ERR_PREAUTH_REQUIRED", 26: "KDC_ERR_SERVER_NOMATCH", 27: "KDC_ERR_MUST_USE_USER2USER", 29: "KDC_ERR_SVC_UNAVAILABLE",
		31: "KRB_AP_ERR_BAD_INTEGRITY", 32: "KRB_AP_ERR_TKT_EXPIRED", 33: "KRB_AP_ERR_TKT_NYV", 34: "KRB_AP_ERR_REPEAT", 36: "KRB_AP_ERR_BADMATCH",
		37: "KRB_AP_ERR_SKEW", 41: "KRB_AP_ERR_MODIFIED", 44: "KRB_AP_ERR_BADKEYVER", 45: "KRB_AP_ERR_NOKEY", 50: "KRB_AP_ERR_INAPP_CKSUM",
		52: "KRB_ERR_RESPONSE_TOO_BIG", 60: "KRB_ERR_GENERIC", 68: "KDC_ERR_WRONG_REALM", 69: "KRB_AP_ERR_USER_TO_USER_REQUIRED",
	} {
		got, ok := parseError(krbError(t, int32(code), nil)[4:])
		if !ok || got.Code != code || got.Name != name || !strings.HasPrefix(got.Error(), name+" (") {
			t.Errorf("%d: %+v", code, got)
		}
	}
}

// TestStatusByName reads the NTSTATUS of a refusal in each form that it comes in:
// as Windows wraps it, in a list, and bare as Samba sends it.
func TestStatusByName(t *testing.T) {
	for status, name := range map[string]string{
		"bb0000c0": "STATUS_NOT_SUPPORTED", "720200c0": "STATUS_NO_MATCH", "250200c0": "STATUS_NOT_FOUND", "6e0000c0": "STATUS_ACCOUNT_RESTRICTION",
		"720000c0": "STATUS_ACCOUNT_DISABLED", "340200c0": "STATUS_ACCOUNT_LOCKED_OUT", "930100c0": "STATUS_ACCOUNT_EXPIRED", "240200c0": "STATUS_PASSWORD_MUST_CHANGE",
	} {
		bare := status + "0000000001000000"
		wrapped := "3015a103020103a20e040c" + bare
		for form, edata := range map[string]string{"wrapped": wrapped, "in a list": "3017" + wrapped, "bare": bare} {
			raw, err := hex.DecodeString(edata)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := parseError(krbError(t, 13, raw)[4:])
			if !ok || got.NTStatusName != name || !strings.Contains(got.Error(), name) {
				t.Errorf("%s, %s: %+v", name, form, got)
			}
		}
	}
	got, ok := parseError(krbError(t, 13, unhex(t, "3015a103020101a20e040c720200c00000000001000000"))[4:])
	if !ok || got.NTStatus != 0 {
		t.Errorf("data of another type was read as a status: %+v", got)
	}
}
