using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Evaluator
{
    // Json reads a text into dictionaries, lists, strings, doubles, booleans and null.
    sealed class Json
    {
        readonly string text;
        int at;

        Json(string text) { this.text = text; }

        public static object Read(string text)
        {
            var j = new Json(text);
            var v = j.Value();
            j.Blank();
            if (j.at != text.Length) throw new FormatException("something follows the JSON value");
            return v;
        }

        void Blank() { while (at < text.Length && char.IsWhiteSpace(text[at])) at++; }

        char Next()
        {
            Blank();
            if (at >= text.Length) throw new FormatException("the JSON is cut off");
            return text[at];
        }

        void Expect(char c)
        {
            if (Next() != c) throw new FormatException("'" + c + "' expected at " + at);
            at++;
        }

        object Value()
        {
            switch (Next())
            {
                case '{': return Object();
                case '[': return Array();
                case '"': return String();
                case 't': at += 4; return true;
                case 'f': at += 5; return false;
                case 'n': at += 4; return null;
            }
            int from = at;
            while (at < text.Length && "+-.eE0123456789".IndexOf(text[at]) >= 0) at++;
            return double.Parse(text.Substring(from, at - from), CultureInfo.InvariantCulture);
        }

        object Object()
        {
            var d = new Dictionary<string, object>();
            Expect('{');
            if (Next() == '}') { at++; return d; }
            for (;;)
            {
                Blank();
                var k = String();
                Expect(':');
                d[k] = Value();
                if (Next() == '}') { at++; return d; }
                Expect(',');
            }
        }

        object Array()
        {
            var l = new List<object>();
            Expect('[');
            if (Next() == ']') { at++; return l; }
            for (;;)
            {
                l.Add(Value());
                if (Next() == ']') { at++; return l; }
                Expect(',');
            }
        }

        string String()
        {
            var b = new StringBuilder();
            Expect('"');
            for (; text[at] != '"'; at++)
            {
                if (text[at] != '\\') { b.Append(text[at]); continue; }
                at++;
                switch (text[at])
                {
                    case 'n': b.Append('\n'); break;
                    case 'r': b.Append('\r'); break;
                    case 't': b.Append('\t'); break;
                    case 'b': b.Append('\b'); break;
                    case 'f': b.Append('\f'); break;
                    case 'u':
                        b.Append((char)int.Parse(text.Substring(at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                        at += 4;
                        break;
                    default: b.Append(text[at]); break;
                }
            }
            at++;
            return b.ToString();
        }
    }
}
