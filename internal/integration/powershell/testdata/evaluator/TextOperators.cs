using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace Evaluator
{
    // TextOperators are -match, -replace, -split, -join, -like and -f.
    static class TextOperators
    {
        static Regex Pattern(Node n, string p, bool exact)
        {
            try { return new Regex(p, exact ? RegexOptions.None : RegexOptions.IgnoreCase); }
            catch (ArgumentException e) { throw new Thrown(new RuntimeException("The regular expression pattern " + p + " is not valid.", e), "InvalidRegularExpression"); }
        }

        // Match fills $Matches where the left is one value and it matches.
        public static object Match(Node n, bool wanted, object a, object b, bool exact, Interpreter i)
        {
            var r = b as Regex ?? Pattern(n, Converter.Text(b), exact);
            var list = Operators.List(Nothing.Null(a));
            if (list != null) return list.Cast<object>().Where(x => r.IsMatch(Converter.Text(x)) == wanted).ToArray();
            var m = r.Match(Converter.Text(a));
            if (m.Success)
            {
                var found = new Hashtable(StringComparer.CurrentCultureIgnoreCase);
                foreach (var name in r.GetGroupNames())
                {
                    var g = m.Groups[name];
                    int number;
                    if (g.Success) found[int.TryParse(name, out number) ? (object)number : name] = g.Value;
                }
                i.Scope.Own("Matches").Value = found;
            }
            return m.Success == wanted;
        }

        public static object Replace(Node n, object a, object b, bool exact)
        {
            var list = Operators.List(Nothing.Null(b));
            var args = list == null ? new List<object> { b } : list.Cast<object>().ToList();
            if (args.Count > 2) throw Thrown.Runtime("BadReplaceArgument", "The -replace operator allows only two elements to follow it, not " + args.Count + ".");
            var r = args.Count > 0 && args[0] is Regex ? (Regex)args[0] : Pattern(n, args.Count > 0 ? Converter.Text(args[0]) : "", exact);
            var by = args.Count > 1 ? Converter.Text(args[1]) : "";
            var left = Operators.List(Nothing.Null(a));
            if (left == null) return r.Replace(Converter.Text(a), by);
            return left.Cast<object>().Select(x => (object)r.Replace(Converter.Text(x), by)).ToArray();
        }

        public static object Split(Node n, object a, object b, bool exact)
        {
            var list = Operators.List(Nothing.Null(b));
            var args = list == null ? new List<object> { b } : list.Cast<object>().ToList();
            if (args.Count > 2 || args[0] is ScriptBlock) throw n.Cannot("-split with options");
            int most = args.Count > 1 ? (int)Converter.To(args[1], typeof(int), null) : 0;
            if (most < 0) throw n.Cannot("-split from the end");
            var r = Pattern(n, Converter.Text(args[0]), exact);
            var left = Operators.List(Nothing.Null(a));
            var texts = left == null ? new List<string> { Converter.Text(a) } : left.Cast<object>().Select(Converter.Text).ToList();
            return texts.SelectMany(t => r.Split(t, most)).Cast<object>().ToArray();
        }

        // Words is the unary -split.
        public static object Words(object a)
        {
            var left = Operators.List(Nothing.Null(a));
            var texts = left == null ? new List<string> { Converter.Text(a) } : left.Cast<object>().Select(Converter.Text).ToList();
            return texts.SelectMany(t => t.Split(new char[0], StringSplitOptions.RemoveEmptyEntries)).Cast<object>().ToArray();
        }

        public static object Join(object a, object b)
        {
            var left = Operators.List(Nothing.Null(a));
            if (left == null) return Converter.Text(a);
            return string.Join(Converter.Text(b), left.Cast<object>().Select(Converter.Text));
        }

        public static bool Like(string text, string pattern, bool exact)
        {
            var b = new StringBuilder("^");
            for (int k = 0; k < pattern.Length; k++)
            {
                char c = pattern[k];
                if (c == '*') b.Append("[\\s\\S]*");
                else if (c == '?') b.Append("[\\s\\S]");
                else if (c == '`' && k + 1 < pattern.Length) b.Append(Regex.Escape(pattern[++k].ToString()));
                else if (c == '[')
                {
                    int end = pattern.IndexOf(']', k);
                    if (end < 0) throw new Thrown(new RuntimeException("The specified wildcard character pattern is not valid: " + pattern), "WildcardPatternException");
                    b.Append('[').Append(pattern.Substring(k + 1, end - k - 1).Replace("\\", "\\\\").Replace("^", "\\^")).Append(']');
                    k = end;
                }
                else b.Append(Regex.Escape(c.ToString()));
            }
            return Regex.IsMatch(text, b.Append("\\z").ToString(), exact ? RegexOptions.CultureInvariant : RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
        }

        public static object Format(Node n, string form, object b)
        {
            var list = Operators.List(Nothing.Null(b));
            var args = list == null ? new[] { Nothing.Null(b) } : list.Cast<object>().Select(Nothing.Null).ToArray();
            try { return string.Format(CultureInfo.CurrentCulture, form, args); }
            catch (FormatException e)
            {
                throw new Thrown(new RuntimeException("Error formatting a string: " + e.Message, e), "FormatError");
            }
        }
    }
}
