package fact

import "time"

// QlikAbout is the repository service's own description; the build is not the
// product's version.
type QlikAbout struct {
	Build, Schema string
	NodeType      int
	Way           string // how it was reached, for a person
}

// QlikProduct is the release as the front publishes it.
type QlikProduct struct {
	Label, Version string // "November 2025", "14.254.6"
}

// VirtualProxy is what the steps need of a virtualproxyconfig.
type VirtualProxy struct {
	ID, Prefix, Description string
	Default                 bool
	AllowList               []string // websocketCrossOriginWhiteList
	DevicePattern           string   // windowsAuthenticationEnabledDevicePattern
	AuthenticationMethod    int      // 0 is Ticket, which includes Windows
	CookieName              string
	EngineNodes             int // length of loadBalancingServerNodes
	Modified                time.Time
}

// ProxyService is one node's proxy.
type ProxyService struct {
	ID, Host          string
	Kerberos          bool // settings.kerberosAuthentication
	VirtualProxies    []string
	AllowHTTP         bool
	MaxHeaderBytes    int
	Port, AuthPort    int
	CertificateSHA1   string
	Modified          time.Time
	ModifiedBy        string // DIRECTORY\user who saved it last
	ServesCentralNode bool
}

// LoginFlow is where the front sends somebody without a session.
type LoginFlow struct {
	Location  string // the Location header
	SecondApp bool   // release before April 2018: ports 4244/4248
	Forms     bool   // the user agent did not match the pattern
	Foreign   bool   // another identity provider answers
	Schemes   []string
}

// TargetVerdict is the answer of /qps/user?targetUri=.
type TargetVerdict struct {
	Session  string
	LoginURI string // present only when the target's host is accepted
}

// SocketProbe is one attempt to open the engine over WebSocket.
type SocketProbe struct {
	URL, Origin      string
	Status           int // HTTP status of the handshake, 101 when upgraded
	Upgraded         bool
	Session          string // qSessionState
	MustAuthenticate bool
	EngineVersion    string
	User             string // who the engine says we are
	Topic            string // another greeting that came instead
	CSRF             bool   // a token was asked for and sent
	RoundTrip        time.Duration
	Idle             time.Duration // how long the silent socket was watched
	IdleSurvived     bool
	Body             string // first words of a refused handshake's page
	Server           string // Server header of the handshake's answer
	// OwnOrigin is what the same upgrade from Qlik's own host was answered with
	// after a refusal with 403; 0 when it was not tried.
	OwnOrigin int
	// Silent says that it was upgraded and then nothing came, not even an
	// answer.
	Silent bool
	// Unanswered says that the upgrade itself got no answer, though a page from
	// the same front did a moment before.
	Unanswered bool
	// Page is how long that page took, Handshake how long the upgrade.
	Page, Handshake time.Duration
}

// WebSession is a signed-in session at the front, as a browser has it.
type WebSession struct {
	UserDirectory, UserID string
	Final                 string   // URL of the last page
	Status                int      // of the last page
	Hops                  []string // status and location of each redirect
	Cookies               []string // names only
	Mechanism             string   // kerberos, spnego-kerberos, ntlm, bearer, cookie, none
	Mutual                bool     // the server proved itself
	Schemes               []string // what WWW-Authenticate offered
}
