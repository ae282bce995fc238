using System;
using System.Collections.Generic;
using System.Linq;

namespace Evaluator
{
    // Kind is the type of a node, as the grammar calls it, where it is run or has a value.
    enum Kind
    {
        other, decimal_integer_literal, hexadecimal_integer_literal, real_literal, verbatim_string_characters, verbatim_here_string_characters,
        expandable_string_literal, expandable_here_string_literal, variable, parenthesized_expression, sub_expression, array_expression,
        script_block_expression, hash_literal_expression, type_literal, array_literal_expression, member_access, invokation_expression,
        element_access, post_increment_expression, post_decrement_expression, pre_increment_expression, pre_decrement_expression,
        expression_with_unary_operator, cast_expression, logical_expression, comparison_expression, format_expression, bitwise_expression,
        additive_expression, multiplicative_expression, range_expression, pipeline, empty_statement, if_statement, foreach_statement,
        for_statement, while_statement, do_statement, switch_statement, function_statement, flow_control_statement, try_statement,
    }

    // Node is one node of the syntax tree that the grammar made.
    sealed class Node
    {
        public string Type;
        public Kind Kind;
        public bool Named;
        public int Start, End;
        public List<Node> All;
        public string Source;
        // Cache keeps what was worked out of the node once.
        public object Cache;

        public static Node Of(object json, string source)
        {
            var a = (List<object>)json;
            Kind kind;
            if (!Enum.TryParse((string)a[0], out kind) || !Enum.IsDefined(typeof(Kind), kind)) kind = Kind.other;
            return new Node
            {
                Type = string.Intern((string)a[0]), Kind = kind, Named = (double)a[1] == 1, Start = (int)(double)a[2], End = (int)(double)a[3],
                All = ((List<object>)a[4]).Select(k => Of(k, source)).ToList(), Source = source,
            };
        }

        string text;
        public string Text { get { return text ?? (text = Source.Substring(Start, End - Start).Trim()); } }
        public int Line { get { return Source.Substring(0, Start).Count(c => c == '\n') + 1; } }

        List<Node> kids;
        public List<Node> Kids { get { return kids ?? (kids = All.Where(n => n.Named).ToList()); } }

        string op;
        // Op is the operator of an expression, in small letters.
        public string Op
        {
            get
            {
                if (op == null)
                {
                    var word = All.FirstOrDefault(k => k.Named && (k.Type == "comparison_operator" || k.Type == "format_operator"));
                    op = (word != null ? word.Text : All.First(k => !k.Named).Type).ToLowerInvariant();
                }
                return op;
            }
        }

        bool? twoColons;
        public bool Static { get { return (twoColons ?? (twoColons = Has("::"))).Value; } }

        public Node Child(string type)
        {
            foreach (var n in All) if ((object)n.Type == (object)type) return n;
            return null;
        }

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
