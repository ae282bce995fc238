package pasted_test

import (
	"strings"
	"testing"

	"sensegate/internal/pasted"
)

func FuzzHost(f *testing.F) {
	const host = "SENSEGATE-RUN 2026-11-21T20:00:00+01:00 CONN01\n"
	f.Add(host + "SENSEGATE-ASK sc.exe query WAPCSvc\nSERVICE_NAME: WAPCSvc\n TYPE : 10 WIN32_OWN_PROCESS\n STATE : 4 RUNNING\nSENSEGATE-END")
	f.Add(host + "SENSEGATE-ASK reg query HKLM\\A\nHKEY_LOCAL_MACHINE\\A\n  B  REG_DWORD  0x1\nSENSEGATE-END")
	f.Add(host + "SENSEGATE-ASK nltest /sc_query:a\nStatus = 0 0x0 NERR_Success\nSENSEGATE-ASK w32tm /stripchart /computer:a /samples:1 /dataonly\n12:00:00, +00.5s\nSENSEGATE-END")
	f.Fuzz(func(t *testing.T, text string) {
		if joined, some := pasted.Unwrapped(text); some && len(joined) > 3*len(text) {
			t.Errorf("it grew from %d to %d", len(text), len(joined))
		}
		runs, err := pasted.OfHosts(text, "conn01.contoso.test")
		if err != nil {
			return
		}
		frame := runs[0]
		if at, told := pasted.Printed(text); !told || at.Before(frame.At) {
			t.Errorf("printed %s, %t; the run %s", at, told, frame.At)
		}
		for _, l := range frame.Lines {
			if strings.ContainsAny(l, "\x1b\r\n\x00") {
				t.Errorf("control characters came through: %q", l)
			}
		}
		list, _, err := pasted.Services(frame, "WAPCSvc")
		if err == nil && len(list) > 0 && list[0].State == "" {
			t.Errorf("a service without a state: %+v", list)
		}
		if r, err := pasted.Keys(frame, "A"); err == nil {
			_ = r.Number("A", "B")
		}
		_, _, _ = pasted.Channel(frame, "a")
		_, _, _ = pasted.Offset(frame, "a")
	})
}
