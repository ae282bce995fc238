package cli

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sensegate/checks"
	"sensegate/internal/fact"
	"sensegate/internal/site"
)

const (
	stageWide = 22
	sideWide  = 18
)

// socketText is the sides next to each other, then each in words.
func socketText(s site.Site, sides []socketSide, causes checks.Catalogue) string {
	var b strings.Builder
	if s.Simulated {
		fmt.Fprintf(&b, "SIMULATED  site %s is the practice lab\n\n", s.Name)
	}
	fmt.Fprintf(&b, "%-*s", stageWide, "")
	for i := range sides {
		fmt.Fprintf(&b, "%-*s", sideWide, sides[i].Name)
	}
	b.WriteString("\n")
	for _, stage := range stageNames(sides) {
		fmt.Fprintf(&b, "%-*s", stageWide, stage)
		for i := range sides {
			fmt.Fprintf(&b, "%-*s", sideWide, cell(sides[i], stage))
		}
		b.WriteString("\n")
	}
	for i := range sides {
		w := &sides[i]
		fmt.Fprintf(&b, "\n%s  %s\n", w.Name, w.URL)
		for _, st := range w.Chain.Stages {
			fmt.Fprintf(&b, "  %-20s %s%s\n", st.Name, map[bool]string{true: "", false: "FAILED  "}[st.OK], st.Text)
		}
		if trips := w.Chain.RoundTrips; len(trips) > 0 {
			fmt.Fprintf(&b, "  %-20s %s\n", "round trips", latency(trips))
		}
		for _, o := range w.Chain.Origins {
			fmt.Fprintf(&b, "  %-20s %s: %s\n", "origin", orWord(o.Origin, "left out"), originWord(o))
		}
		if w.Study != nil {
			studyText(&b, w.Study)
		}
		if w.Err != "" {
			fmt.Fprintf(&b, "  not tried: %s\n", w.Err)
		}
		b.WriteString(causeText(s, w.Cause, causes))
	}
	b.WriteString("\n" + difference(sides) + "\n")
	return b.String()
}

func stageNames(sides []socketSide) []string {
	var out []string
	for i := range sides {
		for _, st := range sides[i].Chain.Stages {
			if !slices.Contains(out, st.Name) {
				out = append(out, st.Name)
			}
		}
	}
	return out
}

func cell(w socketSide, stage string) string {
	for _, st := range w.Chain.Stages {
		if st.Name == stage {
			word := "ok"
			if !st.OK {
				word = "FAILED"
			}
			return fmt.Sprintf("%s  %s", word, shortly(st.Took))
		}
	}
	return "-"
}

func shortly(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return d.Round(100 * time.Millisecond).String()
}

// latency sketches round trips: median, 95th percentile, and each as a digit
// from 0 to 9 between the fastest and the slowest.
func latency(trips []time.Duration) string {
	sorted := slices.Clone(trips)
	slices.Sort(sorted)
	at := func(percent int) time.Duration { return sorted[(len(sorted)-1)*percent/100] }
	low, span := sorted[0], sorted[len(sorted)-1]-sorted[0]
	var sketch strings.Builder
	const most = 60
	for i, t := range trips {
		if i == most {
			break
		}
		level := 0
		if span > 0 {
			level = int(9 * (t - low) / span)
		}
		sketch.WriteByte(byte('0' + level))
	}
	return fmt.Sprintf("median %s, 95 %% within %s, slowest %s  [%s]", shortly(at(50)), shortly(at(95)), shortly(sorted[len(sorted)-1]), sketch.String())
}

func originWord(o fact.OriginTry) string {
	switch {
	case o.Err != "":
		return o.Err
	case o.Status == 101:
		return "let in"
	}
	return fmt.Sprintf("refused with %d", o.Status)
}

func orWord(s, word string) string {
	if s == "" {
		return word
	}
	return s
}

func studyText(b *strings.Builder, s *fact.SocketStudy) {
	fmt.Fprintf(b, "  %-20s %d sockets on one session for %s, %d KiB each here\n", "held", len(s.Lives), s.Held.Round(time.Second/10), s.BytesEach/1024)
	fmt.Fprintf(b, "  %-20s %s\n", "reading", s.Reading)
	if len(s.RoundTrips) > 0 {
		fmt.Fprintf(b, "  %-20s %s\n", "calls meanwhile", latency(s.RoundTrips))
	}
	for _, why := range s.Refused {
		fmt.Fprintf(b, "  %-20s %s\n", "not opened", why)
	}
	const few = 8
	shown := 0
	for _, l := range s.Lives {
		if !l.Cut || shown == few {
			continue
		}
		shown++
		kind := "a silent one"
		if l.Active {
			kind = "the one in use"
		}
		fmt.Fprintf(b, "  %-20s %s after %s, %s\n", "cut", kind, l.Age.Round(time.Second/10), l.How)
	}
}

// difference is the comparison in one sentence.
func difference(sides []socketSide) string {
	var good, bad []string
	for i := range sides {
		if sides[i].good() {
			good = append(good, sides[i].Name)
		} else {
			bad = append(bad, sides[i].Name+where(sides[i]))
		}
	}
	switch {
	case len(bad) == 0:
		return "The engine answers on every side."
	case len(sides) == 1:
		return "It fails " + bad[0] + "."
	case len(good) == 0:
		return "It fails on every side: " + strings.Join(bad, "; ") + ". What they share is to blame: Qlik, or this machine."
	}
	return "It works " + strings.Join(good, " and ") + " and fails " + strings.Join(bad, "; ") + ": what differs between them is to blame."
}

func where(w socketSide) string {
	for _, st := range w.Chain.Stages {
		if !st.OK {
			return " at " + st.Name
		}
	}
	if w.Study != nil {
		return " while held (" + w.Study.Reading + ")"
	}
	return ""
}

// logText is what the proxy's logs say, newest first.
func logText(list []fact.LogFinding) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nlogs of the proxy\n")
	for _, f := range list {
		when := ""
		if !f.Last.IsZero() {
			when = ", last " + f.Last.Format("2006-01-02 15:04:05")
		}
		if f.User != "" {
			when += ", " + f.User
		}
		fmt.Fprintf(&b, "  %s\n    %d times in %s%s\n    %s\n", f.Meaning, f.Count, f.File, when, f.Text)
	}
	return b.String()
}
