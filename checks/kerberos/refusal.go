package kerberos

import (
	"fmt"
	"slices"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
)

// Refusal says what a refused change of a proxy or virtual proxy means: the
// assertion that it puts in question, and why. ok is false for what only its
// own words explain.
func Refusal(change string, err error) (id checks.ID, r checks.Result, ok bool) {
	if checks.KindOf(err) != fact.Conflict {
		return "", checks.Result{}, false
	}
	id = "kerberos.switch"
	if change == "kerberos.pattern" {
		id = "kerberos.pattern"
	}
	return id, checks.Failed("kerberos.edited-meanwhile", "nobody else saves the proxy between the reading and the writing", err.Error()), true
}

// Reset retells that Kerberos is off where the wizard itself had switched it on:
// set are those times by the host of the proxy, UTC. Other findings stay as they
// are.
func Reset(r checks.Result, set map[string]time.Time) checks.Result {
	if r.Cause != "kerberos.switch-off" {
		return r
	}
	proxy := r.Vars()["proxy"]
	at, ours := set[proxy]
	if !ours || !slices.Contains(r.Evidence, checks.Evidence{Name: proxy, Value: "off"}) {
		return r
	}
	r.Cause = "kerberos.switch-reset"
	r.Seen = fmt.Sprintf("it was set at %s on %s, and is off again", proxy, at.UTC().Format("2 January 2006 15:04 UTC"))
	return r
}
