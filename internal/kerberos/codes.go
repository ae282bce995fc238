package kerberos

import "fmt"

// CodeName is the name of a KRB-ERROR code, KDC_ERR_BADOPTION for 13.
func CodeName(code int) string {
	switch code {
	case 0:
		return "KDC_ERR_NONE"
	case 1:
		return "KDC_ERR_NAME_EXP"
	case 2:
		return "KDC_ERR_SERVICE_EXP"
	case 3:
		return "KDC_ERR_BAD_PVNO"
	case 6:
		return "KDC_ERR_C_PRINCIPAL_UNKNOWN"
	case 7:
		return "KDC_ERR_S_PRINCIPAL_UNKNOWN"
	case 8:
		return "KDC_ERR_PRINCIPAL_NOT_UNIQUE"
	case 9:
		return "KDC_ERR_NULL_KEY"
	case 10:
		return "KDC_ERR_CANNOT_POSTDATE"
	case 11:
		return "KDC_ERR_NEVER_VALID"
	case 12:
		return "KDC_ERR_POLICY"
	case 13:
		return "KDC_ERR_BADOPTION"
	case 14:
		return "KDC_ERR_ETYPE_NOSUPP"
	case 15:
		return "KDC_ERR_SUMTYPE_NOSUPP"
	case 16:
		return "KDC_ERR_PADATA_TYPE_NOSUPP"
	case 17:
		return "KDC_ERR_TRTYPE_NOSUPP"
	case 18:
		return "KDC_ERR_CLIENT_REVOKED"
	case 19:
		return "KDC_ERR_SERVICE_REVOKED"
	case 20:
		return "KDC_ERR_TGT_REVOKED"
	case 21:
		return "KDC_ERR_CLIENT_NOTYET"
	case 22:
		return "KDC_ERR_SERVICE_NOTYET"
	case 23:
		return "KDC_ERR_KEY_EXPIRED"
	case 24:
		return "KDC_ERR_PREAUTH_FAILED"
	case 25:
		return "KDC_ERR_PREAUTH_REQUIRED"
	case 26:
		return "KDC_ERR_SERVER_NOMATCH"
	case 27:
		return "KDC_ERR_MUST_USE_USER2USER"
	case 28:
		return "KDC_ERR_PATH_NOT_ACCEPTED"
	case 29:
		return "KDC_ERR_SVC_UNAVAILABLE"
	case 68:
		return "KDC_ERR_WRONG_REALM"
	default:
		return applicationCode(code)
	}
}

// applicationCode names the codes that a service answers rather than a KDC.
func applicationCode(code int) string {
	switch code {
	case 31:
		return "KRB_AP_ERR_BAD_INTEGRITY"
	case 32:
		return "KRB_AP_ERR_TKT_EXPIRED"
	case 33:
		return "KRB_AP_ERR_TKT_NYV"
	case 34:
		return "KRB_AP_ERR_REPEAT"
	case 35:
		return "KRB_AP_ERR_NOT_US"
	case 36:
		return "KRB_AP_ERR_BADMATCH"
	case 37:
		return "KRB_AP_ERR_SKEW"
	case 38:
		return "KRB_AP_ERR_BADADDR"
	case 39:
		return "KRB_AP_ERR_BADVERSION"
	case 40:
		return "KRB_AP_ERR_MSG_TYPE"
	case 41:
		return "KRB_AP_ERR_MODIFIED"
	case 42:
		return "KRB_AP_ERR_BADORDER"
	case 44:
		return "KRB_AP_ERR_BADKEYVER"
	case 45:
		return "KRB_AP_ERR_NOKEY"
	case 46:
		return "KRB_AP_ERR_MUT_FAIL"
	case 48:
		return "KRB_AP_ERR_METHOD"
	case 50:
		return "KRB_AP_ERR_INAPP_CKSUM"
	case 52:
		return "KRB_ERR_RESPONSE_TOO_BIG"
	case 60:
		return "KRB_ERR_GENERIC"
	case 61:
		return "KRB_ERR_FIELD_TOOLONG"
	case 67:
		return "KRB_AP_ERR_NO_TGT"
	case 69:
		return "KRB_AP_ERR_USER_TO_USER_REQUIRED"
	default:
		return fmt.Sprintf("KRB_ERR_%d", code)
	}
}

// NTStatusName is the name of a Windows status that came with a KRB-ERROR.
func NTStatusName(status uint32) string {
	switch status {
	case 0:
		return ""
	case 0xC0000022:
		return "STATUS_ACCESS_DENIED"
	case 0xC000005E:
		return "STATUS_NO_LOGON_SERVERS"
	case 0xC0000064:
		return "STATUS_NO_SUCH_USER"
	case 0xC000006A:
		return "STATUS_WRONG_PASSWORD"
	case 0xC000006D:
		return "STATUS_LOGON_FAILURE"
	case 0xC000006E:
		return "STATUS_ACCOUNT_RESTRICTION"
	case 0xC000006F:
		return "STATUS_INVALID_LOGON_HOURS"
	case 0xC0000070:
		return "STATUS_INVALID_WORKSTATION"
	case 0xC0000071:
		return "STATUS_PASSWORD_EXPIRED"
	case 0xC0000072:
		return "STATUS_ACCOUNT_DISABLED"
	case 0xC00000BB:
		return "STATUS_NOT_SUPPORTED"
	case 0xC0000133:
		return "STATUS_TIME_DIFFERENCE_AT_DC"
	case 0xC000015B:
		return "STATUS_LOGON_TYPE_NOT_GRANTED"
	case 0xC0000193:
		return "STATUS_ACCOUNT_EXPIRED"
	case 0xC0000224:
		return "STATUS_PASSWORD_MUST_CHANGE"
	case 0xC0000225:
		return "STATUS_NOT_FOUND"
	case 0xC0000234:
		return "STATUS_ACCOUNT_LOCKED_OUT"
	case 0xC0000272:
		return "STATUS_NO_MATCH"
	case 0xC0000413:
		return "STATUS_AUTHENTICATION_FIREWALL_FAILED"
	default:
		return fmt.Sprintf("0x%08X", status)
	}
}

// ETypeName is the name of an encryption type as Kerberos tools print it.
func ETypeName(etype int) string {
	switch etype {
	case 1:
		return "des-cbc-crc"
	case 3:
		return "des-cbc-md5"
	case 16:
		return "des3-cbc-sha1-kd"
	case 17:
		return "aes128-cts-hmac-sha1-96"
	case 18:
		return "aes256-cts-hmac-sha1-96"
	case 19:
		return "aes128-cts-hmac-sha256-128"
	case 20:
		return "aes256-cts-hmac-sha384-192"
	case 23:
		return "rc4-hmac"
	case 24:
		return "rc4-hmac-exp"
	default:
		return fmt.Sprintf("etype %d", etype)
	}
}

// flagNames reads the flags of a ticket, the first bit first.
func flagNames(bits []byte) []string {
	names := [...]string{
		1: "forwardable", 2: "forwarded", 3: "proxiable", 4: "proxy", 6: "postdated", 7: "invalid",
		8: "renewable", 9: "initial", 10: "pre_authent", 11: "hw_authent", 12: "transited_checked",
		13: "ok_as_delegate", 15: "name_canonicalize",
	}
	var out []string
	for i, name := range names {
		if name != "" && hasFlag(bits, i) {
			out = append(out, name)
		}
	}
	return out
}

func hasFlag(bits []byte, i int) bool {
	return i/8 < len(bits) && bits[i/8]&(0x80>>(i%8)) != 0
}
