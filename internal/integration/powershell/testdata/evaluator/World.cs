using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Evaluator
{
    // World is the Windows machine that the test describes.
    sealed class World
    {
        readonly Dictionary<string, object> all;

        public World(Dictionary<string, object> all) { this.all = all; }

        public string Text(string name) { object v; return all.TryGetValue(name, out v) && v != null ? (string)v : ""; }
        public bool Is(string name) { object v; return all.TryGetValue(name, out v) && v is bool && (bool)v; }

        public Dictionary<string, object> Map(string name)
        {
            object v;
            return all.TryGetValue(name, out v) && v != null ? (Dictionary<string, object>)v : null;
        }

        public List<object> List(string name)
        {
            object v;
            return all.TryGetValue(name, out v) && v != null ? (List<object>)v : new List<object>();
        }

        public bool Listed(string name, string what) { return List(name).Any(x => ((string)x).Equals(what, StringComparison.OrdinalIgnoreCase)); }

        public string Variable(string name)
        {
            var env = Map("env");
            if (env == null) return null;
            var hit = env.Keys.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase));
            return hit == null ? null : (string)env[hit];
        }

        public string Expand(string s)
        {
            return System.Text.RegularExpressions.Regex.Replace(s, "%([^%]+)%", m => Variable(m.Groups[1].Value) ?? m.Value);
        }

        // Lacks says that a command is not installed there.
        public bool Lacks(string command) { return Listed("absent", command); }

        public string Location { get { return Text("location"); } }

        public string Full(string path)
        {
            path = path.Replace('/', '\\');
            if (path.Length > 1 && path[1] == ':') return path.Length == 2 ? path + "\\" : path;
            if (path.StartsWith("\\")) throw new Unsupported("the path " + path);
            if (path.StartsWith(".\\")) path = path.Substring(2);
            return Location.TrimEnd('\\') + "\\" + path;
        }

        // At is where a path of Windows lies here; parts are found whatever their case.
        public string At(string path)
        {
            path = Full(path);
            if (char.ToUpperInvariant(path[0]) != 'C') return Path.Combine(Text("root"), "no such drive", path.Substring(0, 1));
            var here = Text("root");
            foreach (var part in path.Substring(2).Split(new[] { '\\' }, StringSplitOptions.RemoveEmptyEntries))
            {
                if (part == "." || part == "..") throw new Unsupported("the path " + path);
                var next = Path.Combine(here, part);
                if (!File.Exists(next) && !Directory.Exists(next) && Directory.Exists(here))
                    next = Directory.GetFileSystemEntries(here).FirstOrDefault(x => Path.GetFileName(x).Equals(part, StringComparison.OrdinalIgnoreCase)) ?? next;
                here = next;
            }
            return here;
        }

        // Seen is the path under which Windows knows a file that lies here.
        public string Seen(string at) { return "C:" + at.Substring(Text("root").Length).Replace('/', '\\'); }

        public Dictionary<string, object> Entry(string list, string name)
        {
            var m = Map(list);
            if (m == null) return null;
            var hit = m.Keys.FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase));
            return hit == null ? null : (Dictionary<string, object>)m[hit];
        }

        public static DateTime Moment(object text)
        {
            return DateTime.Parse((string)text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
        }
    }
}
