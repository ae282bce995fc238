// Package winhost reads and writes the evidence of connector hosts: what
// `sensegate collect` saw on a Windows machine, carried to where the wizard
// runs.
//
// An evidence file is one JSON object in UTF-8 of at most 1 MiB:
//
//	{
//	  "schema":    "sensegate/evidence/v1",
//	  "tool":      "1.4.0",                    // version that collected
//	  "host":      "conn01.contoso.com",       // FQDN of the machine itself
//	  "site":      "contoso",                  // name of the site, may be empty
//	  "collected": "2026-11-21T20:30:00Z",     // RFC 3339
//	  "simulated": false,                      // true when the practice lab wrote it
//	  "facts": {
//	    "services": [
//	      {"name": "WAPCSvc", "display": "Microsoft Entra private network connector",
//	       "state": "running", "start": "automatic (delayed)",
//	       "account": "NT AUTHORITY\\NETWORK SERVICE"}
//	    ],
//	    "os":        {"name": "Windows Server 2022 Datacenter", "build": 20348},
//	    "dotnet":    {"release": 528449},      // NDP\v4\Full, value Release
//	    "connector": {"version": "1.5.4892.0"},
//	    "tls12":     {"client_enabled": null, "client_disabled_by_default": null},
//	    "winhttp":   {"enable_default_http2": 0},
//	    "domain":    {"name": "contoso.com", "joined": true, "secure_channel": true},
//	    "clock":     {"skew_ms": 12},          // host minus domain controller
//	    "spnego":    null,                     // UseSpnegoAuthentication
//	    "egress": [
//	      {"host": "login.microsoftonline.com", "port": 443, "reached": true,
//	       "issuer": "DigiCert Global G2 TLS RSA SHA256 2020 CA1",
//	       "inspected": false, "problem": ""}
//	    ]
//	  },
//	  "sha256": "…"                            // 64 lower-case hex digits
//	}
//
// A registry value that is not set is null (or absent): client_enabled,
// client_disabled_by_default, enable_default_http2 and spnego are integers or
// null. Service states are "running", "stopped", "paused", "start pending",
// "stop pending" and "absent"; starts are "automatic", "automatic (delayed)",
// "manual" and "disabled". Fields that are not listed are allowed inside facts
// and ignored; they are part of the hash.
//
// The hash is SHA-256 over the canonical form of facts: the value as JSON
// without white space, the keys of every object in the byte order of their
// UTF-8, strings with only the escapes that encoding/json makes when HTML
// escaping is off, integers as written. In Go: decode facts with UseNumber
// into an any, encode with SetEscapeHTML(false), cut the final newline. It
// guards against accidents and careless edits; it is no signature.
package winhost
