package winhost_test

import (
	"testing"

	practice "sensegate/internal/lab"
	"sensegate/internal/winhost"
)

// TestPracticeLab reads what the lab wrote with code of its own.
func TestPracticeLab(t *testing.T) {
	l, err := practice.Start(t.Context(), practice.Options{Finished: true, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	s := l.Site()
	for _, h := range s.Connector.Hosts {
		got, err := winhost.NewHosts(s).Host(t.Context(), h.Name)
		if err != nil {
			t.Fatal(err)
		}
		if got.Host != h.Name || len(got.Services) < 2 || got.OSBuild == 0 || got.HTTP2 != 0 || got.TLS12Client != -1 || !got.DomainJoined || len(got.Egress) == 0 {
			t.Errorf("got %+v", got)
		}
	}
}
