package checks

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"sensegate/internal/pasted"
	"sensegate/internal/site"
)

// Proof is how an assertion is proved by hand, where the program cannot look
// for itself: somebody runs a command elsewhere and pastes what it prints.
type Proof struct {
	// Ask lists the commands, one for each machine that has to answer.
	Ask func(env Env) []Asked
	// Judge judges all pastes of this check together, the latest last. An error
	// refuses the latest one with the reason: nonsense, cut off, of another host
	// or object. Evidence named LineEvidence shows which line convinced it. Like
	// a check it changes nothing; it must be quick with a paste of any size.
	Judge func(ctx context.Context, env Env, pastes []string) (Result, error)
}

// Asked is one command that somebody is asked to run.
type Asked struct {
	// On is where it is run, a host's name or a role such as "any domain member".
	On      string
	Who     Role
	Shell   Shell
	Command string
}

// CollectCommand gathers, on another machine of a site, all that the site's
// checks ask of it; the placeholders are those of Vars.
const CollectCommand = "sensegate collect --for {site} --tenant {tenant} --backend {internal-host} --output evidence.json"

// Command makes the line that somebody is asked to run in a shell: it prints
// when and where it ran, then what the parts print, and says that this is all.
func Command(shell Shell, parts ...string) string {
	if shell == PowerShell {
		return `"` + pasted.Head + ` $(Get-Date -Format o) $(hostname)"; ` + strings.Join(parts, "; ") + "; '" + pasted.End + "'"
	}
	return `powershell -NoProfile -Command "'` + pasted.Head + ` '+(Get-Date -Format o)+' '+(hostname)" & ` +
		strings.Join(parts, " & ") + " & echo " + pasted.End
}

// Questioned is a part of a command that prints the question before its answer:
// the same words, or others where they would be too many.
func Questioned(shell Shell, command, question string) string {
	if question == "" {
		question = command
	}
	if shell == PowerShell {
		return Quote(pasted.Ask+" "+question, shell) + "; " + command
	}
	return "echo " + pasted.Ask + " " + question + " & " + command
}

// Judged judges pastes as they came; where the latest is refused, once more with
// what a narrow window broke put together. One that was printed too long ago
// proves nothing, whenever it is pasted.
func (p *Proof) Judged(ctx context.Context, env Env, pastes []string) (Result, error) {
	if len(pastes) == 0 {
		return Result{}, pasted.ErrEmpty
	}
	at, limit := PrintedAt(env, pastes[len(pastes)-1]), MaxAge(env.Site)
	if age := env.Clock().Sub(at); age > limit {
		return Result{}, fmt.Errorf("by the clock of that machine it was printed %s, %s ago, and this site allows %s: run the command again", at.Format("2006-01-02 15:04Z"), age.Round(time.Hour), limit)
	}
	r, err := p.Judge(ctx, env, pastes)
	if err == nil {
		return r, nil
	}
	whole, some := make([]string, len(pastes)), false
	for i, text := range pastes {
		again, joined := pasted.Unwrapped(text)
		whole[i], some = again, some || joined
	}
	if !some {
		return r, err
	}
	if again, bad := p.Judge(ctx, env, whole); bad == nil {
		return again, nil
	}
	return r, err
}

// PrintedAt is when the command ran whose output a paste is; now where the paste
// does not tell, or names a time that has not come.
func PrintedAt(env Env, text string) time.Time {
	if at, ok := pasted.Printed(text); ok {
		return NotAhead(env, at)
	}
	return env.Clock()
}

// MaxAge is how long evidence counts that was not read live: what the site says,
// or a week, for a service that ran last week proves little.
func MaxAge(s site.Site) time.Duration {
	if s.EvidenceMaxAge > 0 {
		return s.EvidenceMaxAge
	}
	return 7 * 24 * time.Hour
}

// LineEvidence is the name of the evidence that shows the convincing line.
const LineEvidence = "the line"

// HostRow is the name of the evidence that says which machine a paste is of.
const HostRow = "pasted from"

// Row is the value of the first evidence of that name; empty when there is none.
func (r Result) Row(name string) string {
	for _, e := range r.Evidence {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}

// WithADModule is where Get-AD commands run: no Windows has them by itself.
const WithADModule = "a domain controller, or a member of the domain with PowerShell's module ActiveDirectory (Install-WindowsFeature RSAT-AD-PowerShell)"

// MaxPaste is how much of a paste is taken; more is refused.
const MaxPaste = 16 << 20

// Stamped completes a result that did not come from a run, as the runner
// completes its own: harmless text, remedies, source and time.
func (r Result) Stamped(id ID, causes Catalogue, s site.Site, at time.Time) Result {
	r.ID = id
	r = r.neutral()
	if c, ok := causes[r.Cause]; ok && r.Cause != "" {
		values := Vars(s)
		maps.Copy(values, r.vars)
		r.vars = values
		if len(r.Remedies) == 0 {
			r.Remedies = c.Remedies(values)
		}
	}
	if r.At.IsZero() {
		r.At = at
	}
	return r
}
