package collect_test

import (
	"errors"
	"strings"
	"testing"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
)

// TestServicesNotRead shows that what is not known to be installed is not told
// missing: what belongs to a service is unread with it.
func TestServicesNotRead(t *testing.T) {
	belongs := []string{fact.SectionConnector, fact.SectionSPNEGO, fact.SectionProxy, fact.SectionTraces, fact.SectionQlik, fact.SectionSync}
	for _, tt := range []struct {
		name   string
		change func(*machine)
		want   string
	}{
		{"denied", func(m *machine) { m.denied = map[string]error{"services": errors.New("access is denied")} }, "were not read"},
		{"none installed", func(m *machine) { m.services = map[string]collect.Service{} }, "it was not collected"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := healthy()
			m.services = map[string]collect.Service{}
			tt.change(m)
			e := run(t, options(m))
			for _, s := range belongs {
				if why := e.Missing(s); !strings.Contains(why, tt.want) {
					t.Errorf("%s is missing because %q, want %q", s, why, tt.want)
				}
			}
		})
	}
}
