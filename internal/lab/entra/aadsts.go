package entra

import (
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// SignInError is a refusal of the sign-in endpoints.
type SignInError struct {
	Code    int    // of AADSTS
	OAuth   string // error of RFC 6749 and its relatives
	Sub     string // suberror, often empty
	Message string // without the leading code
}

// Error is the description as Entra writes it, without its trace lines.
func (e *SignInError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.Code, e.Message) }

func (e *SignInError) status() int {
	if e.OAuth == "invalid_client" {
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

// aadsts makes the refusal with that code; args fill the names its text holds.
func aadsts(code int, args ...any) *SignInError {
	oauth, sub, format := aadstsText(code)
	return &SignInError{Code: code, OAuth: oauth, Sub: sub, Message: fmt.Sprintf(format, args...)}
}

func aadstsText(code int) (oauth, sub, format string) {
	switch code {
	case 28000:
		return "invalid_scope", "", "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope %s is not valid."
	case 50011:
		return "invalid_client", "", "The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. Make sure the redirect URI sent in the request matches one added to your application."
	case 50053:
		return "invalid_grant", "", "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."
	case 50055:
		return "invalid_grant", "user_password_expired", "The password is expired."
	case 50057:
		return "invalid_grant", "", "The user account is disabled."
	case 50058:
		return "login_required", "", "A silent sign-in request was sent but no user is signed in."
	case 50059:
		return "invalid_request", "", "No tenant-identifying information found in either the request or implied by any provided credentials."
	case 50076:
		return "invalid_grant", "basic_action", "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access this resource."
	case 50079:
		return "invalid_grant", "basic_action", "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access this resource."
	case 50034:
		return "invalid_grant", "", "The user account %s does not exist in the %s directory. To sign into this application, the account must be added to the directory."
	case 50105:
		return "invalid_grant", "", "Your administrator has configured the application %s ('%s') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '%s' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator."
	case 50126:
		return "invalid_grant", "", "Error validating credentials due to invalid username or password."
	case 53000, 53001:
		return "invalid_grant", "message_only", "Device is not in required device state: Conditional Access policy requires a compliant or joined device."
	case 53003:
		return "invalid_grant", "message_only", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
	case 54005:
		return "invalid_grant", "", "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
	case 65001:
		return "invalid_grant", "consent_required", "The user or administrator has not consented to use the application with ID '%s' named '%s'. Send an interactive authorization request for this user and resource."
	case 70003:
		return "unsupported_grant_type", "", "The app requested an unsupported grant type '%s'."
	case 70008:
		return "invalid_grant", "token_expired", "The provided authorization code or refresh token has expired or is not known. Send a new interactive authorization request for this user and resource."
	case 70011:
		return "invalid_scope", "", "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope %s is not valid."
	case 70016:
		return "authorization_pending", "", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
	case 70018:
		return "bad_verification_code", "", "Invalid verification code: the device code is not known. The code may have been typed wrongly."
	case 70019:
		return "expired_token", "", "Verification code expired. Sign in again from the device."
	}
	return aadstsMoreText(code)
}

func aadstsMoreText(code int) (oauth, sub, format string) {
	switch code {
	case 90002:
		return "invalid_request", "", "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
	case 90023:
		return "invalid_request", "", "%s"
	case 500011:
		return "invalid_resource", "", "The resource principal named %s was not found in the tenant named %s. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."
	case 500112:
		return "invalid_grant", "", "The reply address '%s' does not match the reply address '%s' provided when requesting Authorization code."
	case 500113:
		return "invalid_request", "", "No reply address is registered for the application."
	case 501481:
		return "invalid_grant", "", "The Code_Verifier does not match the code_challenge supplied in the authorization request."
	case 501491:
		return "invalid_request", "", "Invalid size of Code_Challenge parameter, or a Code_Challenge_Method other than S256 and plain."
	case 650053:
		return "invalid_client", "", "The application '%s' asked for scope '%s' that doesn't exist on the resource '%s'. Contact the app vendor."
	case 700016:
		return "unauthorized_client", "", "Application with identifier '%s' was not found in the directory '%s'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."
	case 700027:
		return "invalid_client", "", "The certificate with identifier used to sign the client assertion is not registered on application."
	case 700054:
		return "unsupported_response_type", "", "response_type '%s' is not enabled for the application."
	case 900144:
		return "invalid_request", "", "The request body must contain the following parameter: '%s'."
	case 1002012:
		return "invalid_scope", "", "The provided value for scope %s is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
	case 7000112:
		return "unauthorized_client", "", "Application '%s'(%s) is disabled."
	case 7000215:
		return "invalid_client", "", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'."
	case 7000218:
		return "invalid_client", "", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
	}
	return "invalid_grant", "", "The sign-in was refused."
}

// oauthError is the JSON form of a refusal.
type oauthError struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	URI           string `json:"error_uri,omitempty"`
	Suberror      string `json:"suberror,omitempty"`
}

// wire adds to a refusal what a support case is opened with.
func (e *SignInError) wire(now time.Time, correlation string) oauthError {
	if correlation == "" {
		correlation = uuid.NewString()
	}
	trace, stamp := uuid.NewString(), now.UTC().Format("2006-01-02 15:04:05Z")
	return oauthError{
		Error: e.OAuth,
		Description: fmt.Sprintf("%s Trace ID: %s Correlation ID: %s Timestamp: %s",
			e.Error(), trace, correlation, stamp),
		Codes: []int{e.Code}, Timestamp: stamp, TraceID: trace, CorrelationID: correlation,
		URI: fmt.Sprintf("https://%s/error?code=%d", loginHost, e.Code), Suberror: e.Sub,
	}
}
