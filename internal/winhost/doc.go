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
//	    "tls12":     {"client_enabled": null, "client_disabled_by_default": null,
//	      "server_enabled": null, "server_disabled_by_default": null, "strong_crypto": null, "system_default_tls": null},
//	    "winhttp":   {"enable_default_http2": 0},
//	    "domain":    {"name": "contoso.com", "joined": true, "secure_channel": true},
//	    "clock":     {"skew_ms": 12},          // host minus domain controller
//	    "spnego":    null,                     // UseSpnegoAuthentication
//	    "egress": [
//	      {"host": "login.microsoftonline.com", "port": 443, "reached": true,
//	       "issuer": "DigiCert Global G2 TLS RSA SHA256 2020 CA1",
//	       "inspected": false, "problem": "", "chain": ["…"], "proxy": "", "status": 0},
//	      {"host": "crl3.digicert.com", "port": 80, "reached": true, "url": "http://crl3…", "fetched": "a list of …"}
//	    ],
//	    "proxy": {"connector_config": {"file": "…", "mode": "named", "address": "http://proxy:8080"},
//	      "updater_config": {…}, "machine_config": {…}, "winhttp": "proxy:8080",
//	      "use_default_proxy_for_backend": null, "wpad": false,
//	      "auto_detect": false, "pac": ""},
//	    "agents":  ["AzureADPasswordProtectionProxy"],
//	    "backend": [{"host": "sense.contoso.com", "port": 443, "trusted": true, "issuer": "…", "problem": ""}],
//	    "events":  [{"channel": "…/Admin", "id": 13019, "time": "…", "text": "…",
//	      "transaction": "…", "user": "…", "spn": "…", "backend": "…"}],
//	    "traces":  [{"file": "…", "modified": "…", "lines": ["…"]}],
//	    "qlik":    {"certificates": ["…"], "lines": [{"file": "…", "modified": "…", "lines": ["…"]}]},
//	    "sync":    {"cycle_enabled": true, "staging": false, "suspended": false, "maintenance": true,
//	      "interval_seconds": 1800, "policy": "Delta", "next": "…"},
//	    "unread":  {"clock": "no answer from the domain controller"}
//	  },
//	  "sections": {"services": "…", …},        // 64 lower-case hex digits each
//	  "sha256": "…"                            // the last link of the chain
//	}
//
// Each member of facts is a section. A section that is absent was not
// collected; one that could not be read is named in unread with the reason. A
// section may be taken out by hand before the file leaves the building: its
// value is replaced by the string "redacted", and the seal still holds.
//
// A registry value that is not set is null (or absent): client_enabled,
// client_disabled_by_default, enable_default_http2 and spnego are integers or
// null. Service states are "running", "stopped", "paused", "start pending" and
// "stop pending"; starts are "automatic", "automatic (delayed)", "manual" and
// "disabled"; a proxy's mode is "", "off" or "named". Further sections, and
// further fields in a section, are allowed and ignored; they are part of the
// seal. Beside facts no further key is: the seal would not cover it. No key may
// stand twice in one object, in whatever case.
//
// The seal is a chain of SHA-256 over canonical JSON: without white space, the
// keys of every object in the byte order of their UTF-8, strings with only the
// escapes that encoding/json makes when HTML escaping is off, integers as
// written. The first link is the hash of the object of schema, tool, host,
// site, collected and simulated; each following one, by the sections' names in
// byte order, is the hash of "LINK NAME DIGEST", where DIGEST is the hash of
// the section. It guards against accidents and edits; it is no signature.
//
// The file may be in UTF-8 or UTF-16, with a byte order mark or without one:
// PowerShell and editors write all of these.
package winhost
