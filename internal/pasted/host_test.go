package pasted_test

import (
	"strings"
	"testing"

	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

func FuzzHost(f *testing.F) {
	const host = "SENSEGATE-RUN 2026-11-21T20:00:00+01:00 CONN01\n"
	f.Add(host + "SENSEGATE-ASK sc.exe query WAPCSvc\nSERVICE_NAME: WAPCSvc\n TYPE : 10 WIN32_OWN_PROCESS\n STATE : 4 RUNNING\nSENSEGATE-END")
	f.Add(host + "SENSEGATE-ASK reg query HKLM\\A\nHKEY_LOCAL_MACHINE\\A\n  B  REG_DWORD  0x1\nSENSEGATE-END")
	f.Add(host + "SENSEGATE-ASK dir certificates\nC:\\ProgramData\\Qlik\\Sense\\Repository\\Exported Certificates\\a.pem\nSENSEGATE-CERTIFICATES\nSENSEGATE-END")
	f.Add(host + "SENSEGATE-ASK sc.exe query a\n[SC] OpenService FAILED 1060:\nSENSEGATE-ASK wevtutil gl a\nname: a\nSENSEGATE-ASK wevtutil qe a\n<Event ><System><EventID>1</EventID></System></Event>\nSENSEGATE-END")
	f.Add(host + "SyncCycleEnabled : True\nMaintenanceEnabled : True\nStagingModeEnabled : False\nSchedulerSuspended : False\nSENSEGATE-END")
	f.Add(host + "OS 20348 x\nNET 528449\nWAPCSvc 1.5.1.0\nEGRESS a:443 reached True CN=x\nBACKEND a:443 None CN=x\nSENSEGATE-END")
	f.Add(host + "SENSEGATE-ASK netsh winhttp show proxy\n x : u:p@y:80\nSENSEGATE-FILE connector\n<configuration/>\nSENSEGATE-FILE updater\n<configuration/>\nSENSEGATE-WPAD none\nSENSEGATE-END")
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
		if s, lines, err := pasted.Scheduler(frame); err == nil && len(lines) == 0 {
			t.Errorf("a scheduler by no line: %+v", s)
		}
		if names, err := pasted.Certificates(frame); err == nil {
			for _, n := range names {
				if !strings.HasSuffix(strings.ToLower(n), ".pem") {
					t.Errorf("no certificate: %q", n)
				}
			}
		}
		if list, lines, err := pasted.Installed(frame, "a"); err == nil && len(lines) == 0 {
			t.Errorf("%q by no line", list)
		}
		if list, lines, err := pasted.Events(frame, "a", "b"); err == nil && len(lines) < len(list) {
			t.Errorf("%d events by %d lines", len(list), len(lines))
		}
		if p, _, err := pasted.Proxies(frame); err == nil && strings.Contains(p.WinHTTP, "@") {
			t.Errorf("a name came through: %+v", p)
		}
		var e fact.HostEvidence
		if _, err := pasted.Platform(frame, &e); err == nil && (e.OSBuild == 0 || e.DotNet == 0 || e.Version == "") {
			t.Errorf("part of it: %+v", e)
		}
		_, _, _ = pasted.Egress(frame, []fact.Endpoint{{Host: "a", Port: 443}})
		_, _, _ = pasted.Backend(frame, "a")
	})
}
