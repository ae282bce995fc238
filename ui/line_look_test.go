package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"rsc.io/qr"

	"sensegate/internal/site"
)

func TestLookingUpInLines(t *testing.T) {
	w := newWorld().healthy()
	j := w.journey(t, fakeSite())
	c := Config{Start: &j, Clock: w.clock, Explain: func(out io.Writer, what string) error {
		if what != "AADSTS50105" {
			return errors.New("not known")
		}
		_, err := io.WriteString(out, "AADSTS50105  not assigned\n\n  do    assign the user\n")
		return err
	}}
	out := transcript(t, c, "k", "KCD", "AADSTS50105", "xyzzy", "", "q")
	has(t, out, "constrained delegation: The right to ask", "AADSTS50105  not assigned", "  do    assign the user", `NOT KNOWN: "xyzzy"`, "GATE OPEN")
}

func TestAnswersAreFoundInLines(t *testing.T) {
	w := newWorld().healthy()
	j := w.journey(t, fakeSite())
	c := Config{Start: &j, Clock: w.clock, Suggest: func(_ context.Context, _ site.Site, key string) ([]Suggestion, error) {
		switch key {
		case "entra.tenant":
			return []Suggestion{{"one.example", "DNS"}, {"two.example", "Entra, verified domains"}}, nil
		case "publish.external_url":
			return nil, errors.New("Entra did not answer")
		}
		return nil, nil
	}}
	out := transcript(t, c, "e", "?", "2", "?", "https://typed.example/", "?", "", "", "q")
	has(t, out, "? looks for answers in your systems", "LOOKING for Tenant", "  2. two.example, Entra, verified domains", "Chosen: two.example",
		"COULD NOT TELL: Entra did not answer", "NOTHING FOUND")
	if s := j.Guide.Site(); s.Entra.Tenant != "two.example" || s.Publish.ExternalURL != "https://typed.example/" {
		t.Errorf("saved %q, %q", s.Entra.Tenant, s.Publish.ExternalURL)
	}
}

// TestTheCodeInLines reads the code back out of the lines.
func TestTheCodeInLines(t *testing.T) {
	w := newWorld().healthy()
	s := fakeSite()
	j := w.journey(t, s)
	way := wholeWay()
	out := transcript(t, Config{Start: &j, Clock: w.clock, ASCII: true}, append(way[:len(way)-1], "u", "q")...)
	has(t, out, "ON THE PHONE: https://sense-contoso.msappproxy.net/", "Leave the office", "no phone can open it", "END OF THE CODE.")
	code, err := qr.Encode(s.Publish.ExternalURL, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	_, drawn, _ := strings.Cut(out, "The code has")
	list := strings.Split(drawn, "\n")[1:]
	for y := range code.Size {
		line := list[y]
		for x := range code.Size {
			at := 4 + 2*x
			black := at < len(line) && line[at] == '#'
			if black != code.Black(x, y) {
				t.Fatalf("module %d,%d is wrong: %q", x, y, line)
			}
		}
	}
}
