package directory

import (
	"bytes"
	"encoding/hex"
	"slices"
	"testing"
)

// fromWindows is what Windows' tools write for one computer.
const fromWindows = "01000480140000000000000000000000240000000102000000000005200000002002000004002c000100000000002400ff010f00010500000000000515000000dcf4dc3b833d2b46828ba62851040000"

func TestCompose(t *testing.T) {
	const one, two = "S-1-5-21-1004336348-1177238915-682003330-1105", "S-1-5-21-1004336348-1177238915-682003330-1106"
	want, err := hex.DecodeString(fromWindows)
	if err != nil {
		t.Fatal(err)
	}
	made, err := allowTrustee(nil, one)
	if err != nil || !bytes.Equal(made, want) {
		t.Fatalf("made %x, %v\nWindows %x", made, err, want)
	}
	both, err := allowTrustee(made, two)
	if err != nil {
		t.Fatal(err)
	}
	d, err := parseDescriptor(both)
	if err != nil || !slices.Equal(d.trustees(), []string{one, two}) || d.Owner != builtinAdministrators {
		t.Errorf("%+v, %v", d, err)
	}
	back, err := removeTrustee(both, two)
	if err != nil || !bytes.Equal(back, want) {
		t.Errorf("after taking it out: %x, %v", back, err)
	}
	if none, err := removeTrustee(back, one); err != nil || none != nil {
		t.Errorf("the last one leaves %x, %v", none, err)
	}
	for _, bad := range []string{"", "S-1", "S-2-5-21", "S-1-5-x", "S-1-5-99999999999", "CN=x"} {
		if _, err := allowTrustee(nil, bad); err == nil {
			t.Errorf("%q was taken for a SID", bad)
		}
	}
}

func TestSkeleton(t *testing.T) {
	const name = "http/sense.contoso.test"
	for _, same := range []string{
		"HTTP/Sense.Contoso.test", "HTTP/s\u0435nse.contoso.test", "HTTP/sense\u200b.contoso.test", "\uff28TTP/sense.contoso.test",
		"\u041dTTP/sense.contoso.test", "HTTP/s\u00e9nse.contoso.test", "HTTP/sens\u0435.c\u043entoso.test", "HTTP\u2215sense.contoso.test",
	} {
		if got := skeleton(same); got != name {
			t.Errorf("%q looks like %q", same, got)
		}
	}
	for _, other := range []string{"HTTP/sense0.contoso.test", "HTTP/s3nse.contoso.test", "HTTP/sense.contos0.test"} {
		if skeleton(other) == name {
			t.Errorf("%q is mistaken", other)
		}
	}
}

func FuzzDescriptor(f *testing.F) {
	whole, err := hex.DecodeString(fromWindows)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:40])
	const sid = "S-1-5-21-1-2-3-4"
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := parseDescriptor(b)
		if err != nil {
			return
		}
		before := d.trustees()
		made, err := allowTrustee(b, sid)
		if err != nil {
			return
		}
		after, err := parseDescriptor(made)
		if err != nil {
			t.Fatalf("what was made cannot be read: %v", err)
		}
		for _, s := range before {
			if !slices.Contains(after.trustees(), s) {
				t.Errorf("%s was lost", s)
			}
		}
	})
}

func FuzzValues(f *testing.F) {
	f.Add("20261121120000.0Z", "134400000000000000", "HTTP/sense.contoso.test")
	f.Fuzz(func(_ *testing.T, a, b, c string) {
		_ = generalized(a)
		_, _ = fileTime(b)
		_ = flags(b)
		_ = domainOf(a)
		_ = inDomain(a, b)
		_ = skeleton(c)
		_ = checkSPN(c)
		_ = hostClasses([]string{a, c})
		_ = realmOf(c)
		_, _ = sidBytes(a)
	})
}
