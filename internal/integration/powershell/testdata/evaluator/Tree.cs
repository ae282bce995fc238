using System;
using System.Collections.Generic;
using System.Linq;

namespace Evaluator
{
    // Node is one node of the syntax tree that the grammar made.
    sealed class Node
    {
        public string Type;
        public bool Named;
        public int Start, End;
        public List<Node> All;
        public string Source;
        // Cache keeps what was worked out of the node once.
        public object Cache;

        public static Node Of(object json, string source)
        {
            var a = (List<object>)json;
            return new Node
            {
                Type = (string)a[0], Named = (double)a[1] == 1, Start = (int)(double)a[2], End = (int)(double)a[3],
                All = ((List<object>)a[4]).Select(k => Of(k, source)).ToList(), Source = source,
            };
        }

        string text;
        public string Text { get { return text ?? (text = Source.Substring(Start, End - Start).Trim()); } }
        public int Line { get { return Source.Substring(0, Start).Count(c => c == '\n') + 1; } }

        List<Node> kids;
        public List<Node> Kids { get { return kids ?? (kids = All.Where(n => n.Named).ToList()); } }

        public Node Child(string type) { return All.FirstOrDefault(n => n.Type == type); }
        public IEnumerable<Node> Children(string type) { return All.Where(n => n.Type == type); }
        public bool Has(string token) { return All.Any(n => !n.Named && n.Type.Equals(token, StringComparison.OrdinalIgnoreCase)); }

        public Unsupported Cannot(string what) { return new Unsupported(what + " (line " + Line + ": " + (Text.Length > 80 ? Text.Substring(0, 80) : Text) + ")"); }
    }

    // Unsupported is what the evaluator cannot do. No script catches it.
    sealed class Unsupported : Exception
    {
        public Unsupported(string what) : base("unsupported: " + what) { }
    }
}
