using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace Evaluator
{
    // Types finds classes by the names that scripts give them.
    static class Types
    {
        static readonly Dictionary<string, Type> short_ = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase)
        {
            { "int", typeof(int) }, { "long", typeof(long) }, { "string", typeof(string) }, { "bool", typeof(bool) }, { "char", typeof(char) },
            { "byte", typeof(byte) }, { "double", typeof(double) }, { "float", typeof(float) }, { "single", typeof(float) }, { "decimal", typeof(decimal) },
            { "object", typeof(object) }, { "array", typeof(Array) }, { "hashtable", typeof(Hashtable) }, { "xml", typeof(System.Xml.XmlDocument) },
            { "regex", typeof(System.Text.RegularExpressions.Regex) }, { "switch", typeof(SwitchParameter) }, { "scriptblock", typeof(ScriptBlock) },
            { "void", typeof(void) }, { "type", typeof(Type) }, { "ref", typeof(PSReference) }, { "pscustomobject", typeof(Record) },
            { "datetime", typeof(DateTime) }, { "timespan", typeof(TimeSpan) }, { "guid", typeof(Guid) }, { "uri", typeof(Uri) }, { "version", typeof(Version) },
            { "ipaddress", typeof(System.Net.IPAddress) }, { "cultureinfo", typeof(System.Globalization.CultureInfo) }, { "math", typeof(Math) },
            { "convert", typeof(Convert) }, { "bigint", null }, { "securestring", null }, { "pscredential", null }, { "psobject", null },
        };

        static readonly Dictionary<string, Type> known = new Dictionary<string, Type>(StringComparer.OrdinalIgnoreCase);
        static readonly List<Assembly> added = new List<Assembly>();

        public static void Add(Assembly a) { added.Add(a); known.Clear(); }

        static IEnumerable<Assembly> Assemblies
        {
            get { return new[] { typeof(object), typeof(Uri), typeof(Enumerable), typeof(System.Xml.XmlDocument), typeof(ErrorRecord) }.Select(t => t.Assembly).Concat(added); }
        }

        public static Type Find(string name)
        {
            name = name.Trim();
            if (name.EndsWith("[]"))
            {
                var e = Find(name.Substring(0, name.Length - 2));
                return e == null ? null : e.MakeArrayType();
            }
            Type t;
            if (known.TryGetValue(name, out t)) return t;
            if (short_.TryGetValue(name, out t) && t == null) throw new Unsupported("the type " + name);
            if (t == null && name.StartsWith("Evaluator", StringComparison.OrdinalIgnoreCase)) return null;
            foreach (var full in new[] { name, "System." + name })
                foreach (var a in Assemblies)
                    if (t == null) t = a.GetType(full, false, true);
            if (t != null && !t.IsPublic && !t.IsNestedPublic) t = null;
            known[name] = t;
            return t;
        }

        // Need is Find for what must be there. A class that Mono lacks is not
        // told from one that nobody has.
        public static Type Need(Node n, string name)
        {
            var t = Find(name);
            if (t == null) throw n.Cannot("the type " + name);
            return t;
        }

        public static Type Of(Node literal)
        {
            if (literal.Cache == null)
            {
                var name = literal.Text;
                name = name.Substring(1, name.Length - 2).Replace(" ", "");
                if (name.Contains("[") && !name.EndsWith("[]")) throw literal.Cannot("a generic type");
                literal.Cache = Need(literal, name);
            }
            return (Type)literal.Cache;
        }

        // Name is how a type is written in a text.
        public static string Name(Type t)
        {
            foreach (var s in new[] { "int", "long", "string", "bool", "char", "byte", "double", "decimal", "hashtable", "datetime", "regex", "void", "xml" })
                if (short_[s] == t) return s;
            return t.FullName;
        }
    }
}
