package codes_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sensegate/checks"
	"sensegate/internal/codes"
	"sensegate/steps"
)

func names(list []codes.Code) []string {
	var out []string
	for _, c := range list {
		out = append(out, c.Name)
	}
	return out
}

func TestFind(t *testing.T) {
	tests := []struct {
		name, typed string
		want        []string
	}{
		{"Entra", "AADSTS50105", []string{"not assigned"}},
		{"in small letters", "aadsts50105", []string{"not assigned"}},
		{"with blanks around", "  AADSTS50105\n", []string{"not assigned"}},
		{"without its prefix", "50105", []string{"not assigned"}},
		{"with the words behind it", "AADSTS50105: Your administrator has configured the application to block users", []string{"not assigned"}},
		{"by symbol", "KDC_ERR_BADOPTION", []string{"KDC_ERR_BADOPTION"}},
		{"in small letters, by symbol", "krb_ap_err_modified", []string{"KRB_AP_ERR_MODIFIED"}},
		{"with its number behind it", "KRB_AP_ERR_MODIFIED (41)", []string{"KRB_AP_ERR_MODIFIED"}},
		{"Kerberos, decimal", "krb 13", []string{"KDC_ERR_BADOPTION"}},
		{"Kerberos, in full", "Kerberos error 13", []string{"KDC_ERR_BADOPTION"}},
		{"Kerberos, hexadecimal", "krb 0xD", []string{"KDC_ERR_BADOPTION"}},
		{"Kerberos, hexadecimal, alone", "0x29", []string{"KRB_AP_ERR_MODIFIED"}},
		{"hexadecimal where no table spells it", "0x14", []string{"KDC_ERR_TGT_REVOKED"}},
		{"hexadecimal with noughts", "0x0000000d", []string{"KDC_ERR_BADOPTION"}},
		{"NTSTATUS", "0xC0000272", []string{"STATUS_NO_MATCH"}},
		{"NTSTATUS, small", "0xc0000272", []string{"STATUS_NO_MATCH"}},
		{"NTSTATUS, without 0x", "C0000272", []string{"STATUS_NO_MATCH"}},
		{"NTSTATUS, as a signed number", "-1073741198", []string{"STATUS_NO_MATCH"}},
		{"NTSTATUS, as a number", "3221226098", []string{"STATUS_NO_MATCH"}},
		{"NTSTATUS, with a prefix", "NTSTATUS 0xC0000272", []string{"STATUS_NO_MATCH"}},
		{"HRESULT", "0x80090322", []string{"SEC_E_WRONG_PRINCIPAL"}},
		{"HRESULT, signed", "HRESULT -2146893022", []string{"SEC_E_WRONG_PRINCIPAL"}},
		{"Win32", "8647", []string{"ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST"}},
		{"Win32, hexadecimal", "0x21c7", []string{"ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST"}},
		{"Win32, in words", "error 8647", []string{"ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST"}},
		{"LDAP", "52e", []string{"LDAP 49, data 52e"}},
		{"LDAP, as it is printed", "data 52e", []string{"LDAP 49, data 52e"}},
		{"LDAP, in full", "LDAP 49, data 52e", []string{"LDAP 49, data 52e"}},
		{"connector event", "event 13022", []string{"connector event, Admin channel"}},
		{"connector event, as the viewer has it", "Event ID 13022", []string{"connector event, Admin channel"}},
		{"HTTP", "http 502", []string{"bad gateway"}},
		{"HTTP, in capitals", "HTTP 502", []string{"bad gateway"}},
		{"WebSocket", "ws  403", []string{"WebSocket upgrade refused"}},
		{"a number of two systems", "7", []string{"KDC_ERR_S_PRINCIPAL_UNKNOWN"}},
		{"nothing", "", nil},
		{"blanks", " \t", nil},
		{"a prefix alone", "error", nil},
		{"unknown", "AADSTS99999", nil},
		{"a word", "kerberos", nil},
		{"part of a number", "867", nil},
		{"beyond any number", "0xffffffffffffffffffff", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, names(codes.Find(tt.typed))); diff != "" {
				t.Errorf("%q: %s", tt.typed, diff)
			}
		})
	}
}

// TestEveryCode is found by what stands in its own line, says what it means,
// and leads to a cause that exists.
func TestEveryCode(t *testing.T) {
	causes, err := steps.Causes()
	if err != nil {
		t.Fatal(err)
	}
	list := codes.All()
	if len(list) < 60 {
		t.Errorf("only %d codes", len(list))
	}
	seen := map[string]bool{}
	for _, c := range list {
		if c.Code == "" || c.Name == "" || !strings.HasSuffix(c.Means, ".") && !strings.HasSuffix(c.Means, "?") {
			t.Errorf("%q (%s) means %q", c.Code, c.Name, c.Means)
		}
		if seen[c.Code+c.Name] {
			t.Errorf("%s (%s) is listed twice", c.Code, c.Name)
		}
		seen[c.Code+c.Name] = true
		if c.Cause != "" && causes[checks.CauseID(c.Cause)].ID == "" {
			t.Errorf("%s leads to the cause %q, which does not exist", c.Code, c.Cause)
		}
		for _, typed := range []string{c.Code, strings.ToLower(c.Code), " " + c.Code + " "} {
			if !slices.ContainsFunc(codes.Find(typed), func(f codes.Code) bool { return f.Code == c.Code && f.Name == c.Name }) {
				t.Errorf("%q does not find %s (%s)", typed, c.Code, c.Name)
			}
		}
		if strings.Contains(c.Name, "_") && !slices.Contains(names(codes.Find(c.Name)), c.Name) {
			t.Errorf("%q does not find itself", c.Name)
		}
	}
}

// roundtrips says that changing the letters' case and back changes nothing,
// which is not so in every script.
func roundtrips(s string) bool {
	lower := strings.ToLower(s)
	return strings.ToLower(strings.ToUpper(s)) == lower
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{"", "AADSTS50105: x", "0xC0000272", "-1073741198", "52e", "krb 0x", "event id ", "error error 8647", "\x00", "é 13", "KRB_AP_ERR_MODIFIED (41)", "9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		found := codes.Find(typed)
		for _, c := range found {
			if !slices.ContainsFunc(codes.All(), func(k codes.Code) bool { return k.Code == c.Code && k.Name == c.Name }) {
				t.Errorf("%q found %q, which is in no table", typed, c.Code)
			}
		}
		if again := codes.Find(" " + strings.ToUpper(typed) + " "); roundtrips(typed) && len(again) != len(found) {
			t.Errorf("%q finds %d, in capitals %d", typed, len(found), len(again))
		}
	})
}
