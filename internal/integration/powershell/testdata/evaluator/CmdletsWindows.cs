using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    enum RecordType { A = 1, NS = 2, CNAME = 5, SOA = 6, AAAA = 28 }

    enum SyncPolicy { Unspecified, Delta, Initial }

    // LogEvent is an event of a channel as Get-WinEvent gives it.
    sealed class LogEvent
    {
        public sealed class Datum { public object Value { get; set; } }

        readonly string xml;
        public LogEvent(Dictionary<string, object> d, string channel)
        {
            Id = (int)(double)d["id"];
            TimeCreated = World.Moment(d["time"]).ToLocalTime();
            Message = (string)d["message"];
            LogName = channel;
            xml = (string)d["xml"];
            Properties = ((List<object>)d["properties"]).Select(v => new Datum { Value = v }).ToList();
        }

        public int Id { get; private set; }
        public DateTime? TimeCreated { get; private set; }
        public string Message { get; private set; }
        public string LogName { get; private set; }
        public IList<Datum> Properties { get; private set; }
        public string ToXml() { return xml; }
    }

    // The commands that ask Windows answer from the description.
    sealed partial class Interpreter
    {
        Stage WindowsCmdlet(Node n, string name, List<Argument> args)
        {
            Given g;
            switch (name)
            {
                case "get-ciminstance":
                    g = new Given(n, "ClassName@0 Filter", args);
                    return Simple(e => Cim(n, g, e));
                case "test-computersecurechannel":
                    g = new Given(n, "", args);
                    return Simple(e =>
                    {
                        if (world.Text("channelError") == "") { e(world.Is("channel")); return; }
                        Report(g, new InvalidOperationException(world.Text("channelError")), "FailToTestSecureChannel,Microsoft.PowerShell.Commands.TestComputerSecureChannelCommand");
                    });
                case "resolve-dnsname":
                    g = new Given(n, "Name@0 Type DnsOnly! QuickTimeout!", args);
                    if (!g.Is("DnsOnly") || !g.Text("Type").Equals("A", StringComparison.OrdinalIgnoreCase)) throw n.Cannot("other questions");
                    return Simple(e => Names(g, e));
                case "get-winevent":
                    g = new Given(n, "LogName@0 MaxEvents FilterXPath Oldest!", args);
                    return Simple(e => Events(n, g, e));
                case "get-adsyncscheduler":
                    var s = world.Map("scheduler");
                    if (s == null) return null;
                    return Simple(e =>
                    {
                        var r = new Record("Microsoft.IdentityManagement.PowerShell.ObjectModel.SchedulerSettings");
                        foreach (var k in s.Keys)
                        {
                            object v = s[k];
                            if (k.EndsWith("Interval")) v = TimeSpan.Parse((string)v);
                            if (k.EndsWith("InUTC")) v = World.Moment(v);
                            if (k == "NextSyncCyclePolicyType") v = Enum.Parse(typeof(SyncPolicy), (string)v);
                            r.With(k, v);
                        }
                        e(r);
                    });
            }
            return null;
        }

        void Cim(Node n, Given g, Action<object> emit)
        {
            if (world.Text("cimError") != "")
            {
                Report(g, new Exception(world.Text("cimError")), "HRESULT 0x80041003,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand");
                return;
            }
            switch (g.Text("ClassName").ToLowerInvariant())
            {
                case "win32_computersystem":
                    if (g.Has("Filter")) throw n.Cannot("a filter here");
                    emit(Computer());
                    return;
                case "win32_service":
                    var m = System.Text.RegularExpressions.Regex.Match(g.Text("Filter"), @"^\s*Name\s*=\s*'((?:[^'\\]|\\.)*)'\s*$", System.Text.RegularExpressions.RegexOptions.IgnoreCase);
                    if (!m.Success) throw n.Cannot("the filter " + g.Text("Filter"));
                    var wanted = System.Text.RegularExpressions.Regex.Replace(m.Groups[1].Value, @"\\(.)", "$1");
                    foreach (Dictionary<string, object> s in world.List("services"))
                        if (((string)s["name"]).Equals(wanted, StringComparison.OrdinalIgnoreCase)) emit(Service(s));
                    return;
            }
            throw n.Cannot("the class " + g.Text("ClassName"));
        }

        Record Service(Dictionary<string, object> s)
        {
            bool runs = (string)s["state"] != "Stopped";
            var r = new Record("Microsoft.Management.Infrastructure.CimInstance#root/cimv2/Win32_Service");
            r.With("Name", s["name"]).With("Status", "OK").With("ExitCode", (uint)0).With("DesktopInteract", false).With("ErrorControl", "Normal")
                .With("PathName", s["path"]).With("ServiceType", "Own Process").With("StartMode", s["mode"]).With("Caption", s["display"]).With("Description", null)
                .With("InstallDate", null).With("CreationClassName", "Win32_Service").With("Started", runs).With("SystemCreationClassName", "Win32_ComputerSystem")
                .With("SystemName", world.Map("machine")["host"]).With("AcceptPause", false).With("AcceptStop", runs).With("DisplayName", s["display"])
                .With("ServiceSpecificExitCode", (uint)0).With("StartName", s["account"]).With("State", s["state"]).With("TagId", (uint)0).With("CheckPoint", (uint)0)
                .With("ProcessId", (uint)(runs ? 1234 : 0)).With("WaitHint", (uint)0).With("PSComputerName", null);
            // The class has it since Windows 10 and Server 2016.
            if (world.Is("delayedProperty")) r.With("DelayedAutoStart", s["delayed"]);
            return r;
        }

        Record Computer()
        {
            var c = world.Map("computer");
            bool joined = (bool)c["joined"];
            return new Record("Microsoft.Management.Infrastructure.CimInstance#root/cimv2/Win32_ComputerSystem")
                .With("Name", world.Map("machine")["host"]).With("DNSHostName", world.Map("machine")["host"]).With("Caption", world.Map("machine")["host"])
                .With("Domain", c["name"]).With("DomainRole", (ushort)(joined ? 3 : 2)).With("PartOfDomain", joined).With("Workgroup", joined ? null : c["name"])
                .With("Manufacturer", "Contoso").With("Model", "Virtual Machine").With("TotalPhysicalMemory", (ulong)17179869184).With("UserName", null).With("PSComputerName", null);
        }

        void Names(Given g, Action<object> emit)
        {
            var name = g.Text("Name");
            var d = world.Entry("dns", name);
            var failed = d == null ? "DNS name does not exist" : d["error"] as string;
            if (!string.IsNullOrEmpty(failed))
            {
                Report(g, new System.ComponentModel.Win32Exception(9003, name + " : " + failed), "DNS_ERROR_RCODE_NAME_ERROR,Microsoft.DnsClient.Commands.ResolveDnsName");
                return;
            }
            var at = name;
            foreach (string c in (List<object>)d["chain"])
            {
                emit(new Record("Microsoft.DnsClient.Commands.DnsRecord_PTR").With("Name", at).With("QueryType", RecordType.CNAME).With("TTL", (uint)300).With("Section", "Answer").With("NameHost", c));
                at = c;
            }
            emit(new Record("Microsoft.DnsClient.Commands.DnsRecord_A").With("Name", at).With("QueryType", RecordType.A).With("TTL", (uint)60).With("Section", "Answer").With("IPAddress", d["address"]).With("IP4Address", d["address"]));
        }

        void Events(Node n, Given g, Action<object> emit)
        {
            const string Command = ",Microsoft.PowerShell.Commands.GetWinEventCommand";
            if (g["LogName"] == null || Operators.List(g["LogName"]) != null) throw n.Cannot("several channels");
            var c = world.Entry("channels", g.Text("LogName"));
            if (c == null)
            {
                Report(g, new Exception("There is not an event log on the localhost computer that matches \"" + g.Text("LogName") + "\"."), "NoMatchingLogsFound" + Command);
                return;
            }
            if (c.ContainsKey("denied") && (bool)c["denied"])
            {
                const string said = "Attempted to perform an unauthorized operation.";
                Report(g, new UnauthorizedAccessException(said), said + Command);
                return;
            }
            // Logs for finding errors can be read in one direction alone.
            if (c.ContainsKey("debug") && (bool)c["debug"] && !g.Is("Oldest"))
            {
                Report(g, new Exception("The " + g.Text("LogName") + " event log can be read only in the forward chronological order because it is an analytical or a debug log. To see events from the " + g.Text("LogName") + " event log, use the Oldest parameter in the command."), "SpecifyOldestForEtl" + Command);
                return;
            }
            var events = ((List<object>)c["events"]).Cast<Dictionary<string, object>>().Select(d => new LogEvent(d, g.Text("LogName")));
            if (g.Has("FilterXPath"))
            {
                var m = System.Text.RegularExpressions.Regex.Match(g.Text("FilterXPath"), @"^\*\[System\[EventID=(\d+)\]\]$");
                if (!m.Success) throw n.Cannot("the question " + g.Text("FilterXPath"));
                events = events.Where(x => x.Id == int.Parse(m.Groups[1].Value));
            }
            events = g.Is("Oldest") ? events.OrderBy(x => x.TimeCreated) : events.OrderByDescending(x => x.TimeCreated);
            var list = g.Has("MaxEvents") ? events.Take(g.Number("MaxEvents")).ToList() : events.ToList();
            if (list.Count == 0) Report(g, new Exception("No events were found that match the specified selection criteria."), "NoMatchingEventsFound" + Command);
            foreach (var x in list) emit(x);
        }
    }
}
