package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sensegate/internal/fact"
)

// Trace is what a change leaves behind so that another process can find the
// object again and take the change back. No secret is ever in it.
type Trace struct {
	// Object is the object as its system knows it: a distinguished name, the id
	// of a repository entity, the object id of an application.
	Object string `json:"object,omitempty"`
	// Account is the sAMAccountName that the object is read by.
	Account string `json:"account,omitempty"`
	// Value is the one value of a list that was given or taken.
	Value string `json:"value,omitempty"`
	// App is set where the object is an application.
	App *AppTrace `json:"app,omitempty"`
}

// AppTrace is what is needed to read an application in the words of its plan,
// and to give it back what it had.
type AppTrace struct {
	Wish fact.PublishWish `json:"wish"`
	// Group and User are the connector group and the test user of the plan; Also
	// are the others that were to be assigned.
	Group fact.ConnectorGroup `json:"group,omitzero"`
	User  fact.Principal      `json:"user,omitzero"`
	Also  []fact.Principal    `json:"also,omitempty"`
	// Had are the settings before; nil where there was no application.
	Had *fact.PublishedApp `json:"had,omitempty"`
	// SSO is single sign-on before, for a change of that alone.
	SSO *fact.SSOWish `json:"sso,omitempty"`
}

// Errors of taking a change back that callers decide on.
var (
	// ErrElsewhere says that somebody else has changed it since.
	ErrElsewhere = errors.New("somebody else changed it since")
	// ErrByHand says that the program cannot take this change back.
	ErrByHand = errors.New("this has to be taken back by hand")
)

// undoable completes a change that has a trace with how it is read and how it
// is taken back. It works the same in the process that made the change and in
// any later one.
func undoable(p Ports, w Writers, c Change) Change {
	t := c.Trace
	switch c.ID {
	case "spn.add", "spn.take":
		c.Read = readAccount(p, t.Account, func(a fact.Account) []string { return a.SPNs })
		c.Revert = func(ctx context.Context) error {
			if c.ID == "spn.take" {
				return w.Directory.AddSPN(ctx, t.Object, t.Value)
			}
			return w.Directory.RemoveSPN(ctx, t.Object, t.Value)
		}
	case "spn.aes":
		c.Read = readAccount(p, t.Account, func(a fact.Account) []string { return []string{strconv.Itoa(a.EncTypes)} })
		c.Revert = func(ctx context.Context) error {
			before, after, err := twoNumbers(c)
			if err != nil {
				return err
			}
			return w.Directory.SetEncryption(ctx, t.Object, after, before)
		}
	case "delegation.allow":
		c.Read = readAccount(p, t.Account, func(a fact.Account) []string { return a.DelegateTo })
		c.Revert = func(ctx context.Context) error { return w.Directory.RemoveDelegation(ctx, t.Object, t.Value) }
	case "delegation.acting":
		c.Read = readAccount(p, t.Account, func(a fact.Account) []string { return a.ActOnBehalf })
		c.Revert = func(ctx context.Context) error { return w.Directory.DisallowActing(ctx, t.Object, t.Value) }
	case "delegation.protocol":
		c.Read = readAccount(p, t.Account, protocolWord)
		c.Revert = func(ctx context.Context) error {
			a, err := p.Directory.Account(ctx, t.Account)
			if err != nil {
				return fmt.Errorf("reading %s: %w", t.Account, err)
			}
			return w.Directory.SetProtocolTransition(ctx, t.Object, a.UAC, false)
		}
	case "allowlist.add":
		c.Read = readVirtualProxy(p, t.Object, func(v fact.VirtualProxy) []string { return v.AllowList })
		c.Revert = func(ctx context.Context) error { return w.Qlik.SetAllowList(ctx, t.Object, c.Before) }
	case "kerberos.pattern":
		c.Read = readVirtualProxy(p, t.Object, func(v fact.VirtualProxy) []string { return []string{v.DevicePattern} })
		c.Revert = func(ctx context.Context) error {
			return w.Qlik.SetDevicePattern(ctx, t.Object, strings.Join(c.Before, ""))
		}
	case "kerberos.switch":
		c.Read = readSwitch(p, t.Object)
		c.Revert = func(ctx context.Context) error { return w.Qlik.SetKerberos(ctx, t.Object, false) }
	case "verify.page":
		if r, ok := w.Qlik.(interface {
			RemoveTester(ctx context.Context) error
		}); ok {
			c.Revert = r.RemoveTester // there is no question that reads it back
		}
	case "connector.group", "connector.move":
		undoableConnector(p, w, &c)
	case "app.publish", "app.publish-second", "sso.enable":
		if t.App != nil {
			undoableApp(p, w, &c)
		}
	}
	return c
}

// twoNumbers are the one value before and the one after.
func twoNumbers(c Change) (before, after int, err error) {
	if len(c.Before) != 1 || len(c.After) != 1 {
		return 0, 0, fmt.Errorf("reading what %s was: %d and %d values are on record", c.Field, len(c.Before), len(c.After))
	}
	if before, err = strconv.Atoi(c.Before[0]); err == nil {
		after, err = strconv.Atoi(c.After[0])
	}
	if err != nil {
		return 0, 0, fmt.Errorf("reading what %s was: %w", c.Field, err)
	}
	return before, after, nil
}

func protocolWord(a fact.Account) []string {
	if a.ProtocolTransition() {
		return []string{"any authentication protocol"}
	}
	return []string{"Kerberos only"}
}

// readAccount reads one field of an account as it is now.
func readAccount(p Ports, sam string, field func(fact.Account) []string) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		a, err := p.Directory.Account(ctx, sam)
		if err != nil {
			return nil, fmt.Errorf("reading %s back: %w", sam, err)
		}
		return field(a), nil
	}
}

// readVirtualProxy reads one field of a virtual proxy as it is stored now.
func readVirtualProxy(p Ports, id string, field func(fact.VirtualProxy) []string) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		list, err := p.Qlik.VirtualProxies(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the virtual proxies back: %w", err)
		}
		at := slices.IndexFunc(list, func(v fact.VirtualProxy) bool { return v.ID == id })
		if at < 0 {
			return nil, fmt.Errorf("reading the virtual proxy %s back: it is no longer there", id)
		}
		return field(list[at]), nil
	}
}

func readSwitch(p Ports, id string) func(context.Context) ([]string, error) {
	return func(ctx context.Context) ([]string, error) {
		list, err := p.Qlik.Proxies(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading the proxies back: %w", err)
		}
		at := slices.IndexFunc(list, func(x fact.ProxyService) bool { return x.ID == id })
		switch {
		case at < 0:
			return nil, fmt.Errorf("reading the proxy %s back: it is no longer there", id)
		case list[at].Kerberos:
			return []string{"on"}, nil
		}
		return []string{"off"}, nil
	}
}
