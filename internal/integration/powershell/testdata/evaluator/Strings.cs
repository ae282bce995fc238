using System;
using System.Collections.Generic;
using System.Text;
using System.Text.RegularExpressions;

namespace Evaluator
{
    // Strings reads what stands between quotes.
    static class Strings
    {
        // Here is the content of a here-string without its first and last line end.
        public static string Here(string text)
        {
            int from = text.IndexOf('\n') + 1, to = text.LastIndexOf('\n');
            if (to < from) return "";
            if (to > from && text[to - 1] == '\r') to--;
            return text.Substring(from, to - from);
        }

        // Unescape reads backticks, and doubled quotes where they stand for one.
        public static void Unescape(StringBuilder b, string s, bool doubled)
        {
            for (int k = 0; k < s.Length; k++)
            {
                if (s[k] == '"' && doubled) { k++; b.Append('"'); continue; }
                if (s[k] != '`' || k + 1 == s.Length) { b.Append(s[k]); continue; }
                k++;
                switch (s[k])
                {
                    case '0': b.Append('\0'); break;
                    case 'a': b.Append('\a'); break;
                    case 'b': b.Append('\b'); break;
                    case 'f': b.Append('\f'); break;
                    case 'n': b.Append('\n'); break;
                    case 'r': b.Append('\r'); break;
                    case 't': b.Append('\t'); break;
                    case 'v': b.Append('\v'); break;
                    case '\r': if (k + 1 < s.Length && s[k + 1] == '\n') k++; break;
                    case '\n': break;
                    default: b.Append(s[k]); break;
                }
            }
        }
    }

    sealed partial class Interpreter
    {
        // Expand fills in the variables and expressions of a text in double quotes.
        string Expand(Node n)
        {
            var parts = (List<object>)(n.Cache ?? (n.Cache = Parts(n)));
            var b = new StringBuilder();
            foreach (var p in parts) b.Append(p as string ?? Converter.Text(Eval((Node)p)));
            return b.ToString();
        }

        // Parts are the texts and expressions that a text in double quotes is made of.
        static List<object> Parts(Node n)
        {
            var parts = new List<object>();
            bool here = n.Type == "expandable_here_string_literal";
            int at, end;
            if (here)
            {
                at = n.Source.IndexOf('\n', n.Start) + 1;
                end = n.Source.LastIndexOf('\n', n.End - 1);
                if (end > 0 && n.Source[end - 1] == '\r') end--;
            }
            else
            {
                at = n.Source.IndexOf('"', n.Start) + 1;
                end = n.Source.LastIndexOf('"', n.End - 1);
            }
            foreach (var k in n.Kids)
            {
                if (k.Type != "variable" && k.Type != "sub_expression") throw k.Cannot("this in a text");
                // The grammar counts blanks before a node in where an anonymous one begins.
                int start = k.Start;
                while (n.Source[start] != '$' && start < k.End) start++;
                parts.Add(Unquoted(n, at, start, here));
                parts.Add(k);
                at = k.End;
            }
            if (at < end) parts.Add(Unquoted(n, at, end, here));
            return parts;
        }

        static string Unquoted(Node n, int from, int to, bool here)
        {
            var s = n.Source.Substring(from, to - from);
            if (Regex.IsMatch(Regex.Replace(s, "`.", ""), @"\$[\w{(]")) throw n.Cannot("a variable in a text that the grammar does not see");
            var b = new StringBuilder();
            Strings.Unescape(b, s, !here);
            return b.ToString();
        }
    }
}
