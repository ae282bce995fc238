using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Security.Principal;

namespace Evaluator
{
    // Account is a name that can be looked up among those of the described machine.
    sealed class Account
    {
        readonly World world;
        public string Value { get; private set; }
        public Account(World world, string name) { this.world = world; Value = name; }

        public object Translate(Type t)
        {
            if (t != typeof(SecurityIdentifier)) throw new Unsupported("translating to " + t);
            var all = world.Map("accounts");
            var hit = all == null ? null : all.Keys.FirstOrDefault(k => k.Equals(Value, StringComparison.OrdinalIgnoreCase));
            if (hit == null) throw new IdentityNotMappedException("Some or all identity references could not be translated.");
            return new SecurityIdentifier((string)all[hit]);
        }
    }

    // Windows stands between the script and the classes that would ask the machine
    // they run on: those get the described one's answers. All other classes are used
    // as they are.
    sealed class Windows
    {
        readonly World world;
        public Windows(World world) { this.world = world; }

        public object Construct(Type t, object[] args, Interpreter i)
        {
            if (t == typeof(NTAccount) && args.Length == 1) return new Account(world, Converter.Text(args[0]));
            if (t.Namespace == "System.IO" && (typeof(FileSystemInfo).IsAssignableFrom(t) || t == typeof(FileStream) || t == typeof(StreamReader) && args.Length > 0 && args[0] is string))
                throw new Unsupported("New-Object " + t.FullName);
            if (t == typeof(System.Diagnostics.Process) || t == typeof(System.Net.WebClient)) throw new Unsupported("New-Object " + t.FullName);
            if (t.IsArray && args.Length == 1) return Array.CreateInstance(t.GetElementType(), (int)Converter.To(args[0], typeof(int), i));
            if (t.IsValueType && args.Length == 0) return Activator.CreateInstance(t);
            var all = t.GetConstructors();
            if (all.Length == 0) throw new Unsupported("New-Object " + t.FullName);
            return Overloads.Call(all, null, ".ctor", args, i);
        }

        public bool StaticProperty(Type t, string name, out object v)
        {
            v = null;
            if (t != typeof(Environment)) return false;
            switch (name.ToLowerInvariant())
            {
                case "newline": v = "\r\n"; return true;
                case "machinename": v = world.Map("machine")["host"]; return true;
            }
            throw new Unsupported("[Environment]::" + name);
        }

        public bool StaticMethod(Type t, string name, object[] args, Interpreter i, out object v)
        {
            v = null;
            if (t == typeof(Environment))
            {
                var word = name.ToLowerInvariant();
                if (word == "expandenvironmentvariables") { v = world.Expand(Converter.Text(args[0])); return true; }
                if (word == "getenvironmentvariable" && args.Length == 1) { v = world.Variable(Converter.Text(args[0])); return true; }
                throw new Unsupported("[Environment]::" + name);
            }
            if (t == typeof(System.Net.NetworkInformation.IPGlobalProperties))
            {
                var m = world.Map("machine");
                v = new Record(t.FullName).With("HostName", m["host"]).With("DomainName", m["domain"]);
                return true;
            }
            if (t == typeof(Path)) { v = PathMethod(name.ToLowerInvariant(), args.Select(Converter.Text).ToArray()); return true; }
            if (t == typeof(Directory) || t == typeof(File)) { v = FileMethod(t, name, args, i); return true; }
            return false;
        }

        static object PathMethod(string name, string[] a)
        {
            try
            {
                switch (name)
                {
                    case "combine": return a.Aggregate(WindowsPath.Combine);
                    case "getfilename": return WindowsPath.Leaf(a[0]);
                    case "getdirectoryname": return WindowsPath.Parent(a[0]);
                    case "ispathrooted": return WindowsPath.Rooted(a[0]);
                    case "getextension": return Path.GetExtension(WindowsPath.Leaf(a[0]));
                    case "getfilenamewithoutextension": return Path.GetFileNameWithoutExtension(WindowsPath.Leaf(a[0]));
                }
            }
            catch (ArgumentException e) { throw Overloads.Wrapped(e, name, a.Length); }
            throw new Unsupported("[IO.Path]::" + name);
        }

        object FileMethod(Type t, string name, object[] args, Interpreter i)
        {
            var allowed = new[] { "Open", "OpenRead", "Exists", "ReadAllBytes", "ReadAllText", "WriteAllText", "GetLastWriteTimeUtc", "Delete", "Move" };
            var official = allowed.FirstOrDefault(x => x.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (official == null || args.Length == 0 || !(args[0] is string)) throw new Unsupported("[" + t.FullName + "]::" + name);
            // A file named without a folder would be looked for where the process began, not
            // where the script is.
            if (!WindowsPath.Rooted((string)args[0])) throw new Unsupported("the path " + args[0] + " for [" + t.FullName + "]");
            if (official == "Move" && args.Length > 1) args = args.Select((a, k) => k == 1 ? world.At(Converter.Text(a)) : a).ToArray();
            var seen = world.Full((string)args[0]);
            if (official != "Exists" && world.Listed("deniedFiles", seen)) throw Overloads.Wrapped(new UnauthorizedAccessException("Access to the path '" + seen + "' is denied."), name, args.Length);
            if (official != "Exists" && world.Listed("busyFiles", seen) && !Shares(args)) throw Overloads.Wrapped(new IOException("The process cannot access the file '" + seen + "' because it is being used by another process."), name, args.Length);
            var mapped = new[] { (object)world.At(seen) }.Concat(args.Skip(1)).ToArray();
            try { return Overloads.Call(t.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.Name == official).Cast<MethodBase>().ToArray(), null, name, mapped, i); }
            catch (Thrown e)
            {
                var inner = e.Record.Exception.InnerException;
                if (inner == null || !inner.Message.Contains((string)mapped[0])) throw;
                var told = (Exception)Activator.CreateInstance(inner.GetType(), inner.Message.Replace((string)mapped[0], seen));
                throw Overloads.Wrapped(told, name, args.Length);
            }
        }

        // Shares says whether a file is opened so that others may write it meanwhile.
        static bool Shares(object[] args)
        {
            if (args.Length < 4) return false;
            return ((FileShare)Converter.To(args[3], typeof(FileShare), null) & FileShare.Write) != 0;
        }

        public bool Method(object target, string name, object[] args, out object v)
        {
            v = null;
            var k = target as Microsoft.Win32.RegistryKey;
            if (k != null && name.Equals("OpenSubKey", StringComparison.OrdinalIgnoreCase) && args.Length > 0 && world.Listed("deniedKeys", Converter.Text(args[0])))
                throw Overloads.Wrapped(new System.Security.SecurityException("Requested registry access is not allowed."), name, args.Length);
            // Mono finds keys by their names in small letters, as the culture makes them.
            if (k != null && name.Equals("OpenSubKey", StringComparison.OrdinalIgnoreCase))
            {
                var culture = System.Threading.Thread.CurrentThread.CurrentCulture;
                System.Threading.Thread.CurrentThread.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
                try { v = Overloads.Call(k.GetType().GetMethods().Where(m => m.Name == "OpenSubKey").Cast<MethodBase>().ToArray(), k, name, args, null); }
                finally { System.Threading.Thread.CurrentThread.CurrentCulture = culture; }
                return true;
            }
            // Names of values have no case on Windows, and have one in Mono.
            if (k != null && name.Equals("GetValue", StringComparison.OrdinalIgnoreCase) && args.Length == 1)
            {
                var official = k.GetValueNames().FirstOrDefault(x => x.Equals(Converter.Text(args[0]), StringComparison.OrdinalIgnoreCase));
                v = official == null ? null : k.GetValue(official);
                return true;
            }
            return false;
        }

        // Empty forgets what an earlier machine's registry held, and puts the next one
        // into a folder.
        public static void Empty(string folder)
        {
            var t = typeof(Microsoft.Win32.RegistryKey).Assembly.GetType("Microsoft.Win32.KeyHandler");
            const BindingFlags Hidden = BindingFlags.Static | BindingFlags.NonPublic;
            FieldInfo byKey = t.GetField("key_to_handler", Hidden), byFolder = t.GetField("dir_to_handler", Hidden), store = t.GetField("machine_store", Hidden);
            if (byKey == null || byFolder == null || store == null) throw new Unsupported("a Mono whose registry is kept otherwise");
            ((System.Collections.IDictionary)byKey.GetValue(null)).Clear();
            ((System.Collections.IDictionary)byFolder.GetValue(null)).Clear();
            store.SetValue(null, folder);
        }

        // Fill puts the described values into the registry, by the registry's own class.
        public void Fill()
        {
            foreach (Dictionary<string, object> r in world.List("registry"))
            {
                var hive = (Microsoft.Win32.RegistryHive)Enum.Parse(typeof(Microsoft.Win32.RegistryHive), (string)r["hive"]);
                var kind = (Microsoft.Win32.RegistryValueKind)Enum.Parse(typeof(Microsoft.Win32.RegistryValueKind), (string)r["kind"]);
                object value = r["value"];
                if (kind == Microsoft.Win32.RegistryValueKind.DWord) value = unchecked((int)(uint)(double)value);
                if (kind == Microsoft.Win32.RegistryValueKind.QWord) value = (long)(double)value;
                if (kind == Microsoft.Win32.RegistryValueKind.Binary) value = Convert.FromBase64String((string)value);
                using (var root = Microsoft.Win32.RegistryKey.OpenBaseKey(hive, Microsoft.Win32.RegistryView.Registry64))
                using (var key = root.CreateSubKey((string)r["key"])) key.SetValue((string)r["name"], value, kind);
            }
        }
    }
}
