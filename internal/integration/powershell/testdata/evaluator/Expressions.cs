using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    sealed partial class Interpreter
    {
        public object Eval(Node n)
        {
            switch (n.Kind)
            {
                case Kind.decimal_integer_literal: case Kind.hexadecimal_integer_literal: case Kind.real_literal:
                    return n.Cache ?? (n.Cache = Numbers.Literal(n.Text));
                case Kind.verbatim_string_characters:
                    return n.Text.Substring(1, n.Text.Length - 2).Replace("''", "'");
                case Kind.verbatim_here_string_characters: return Strings.Here(n.Text);
                case Kind.expandable_string_literal: case Kind.expandable_here_string_literal: return Expand(n);
                case Kind.variable: return Get(n);
                case Kind.parenthesized_expression: return ValueOf(n.Child("pipeline"));
                case Kind.sub_expression: return Collapse(Collect(e => Inner(n, e)));
                case Kind.array_expression: return Collect(e => Inner(n, e)).ToArray();
                case Kind.script_block_expression: return BlockOf(n);
                case Kind.hash_literal_expression: return Hash(n, new Hashtable(StringComparer.CurrentCultureIgnoreCase));
                case Kind.type_literal: return Types.Of(n);
                case Kind.array_literal_expression: return n.Kids.Select(k => Nothing.Null(Eval(k))).ToArray();
                case Kind.member_access:
                    return n.Static ? StaticProperty(n, Eval(n.Kids[0]), NameOf(n.Kids[1])) : Property(Eval(n.Kids[0]), NameOf(n.Kids[1]));
                case Kind.invokation_expression: return Invocation(n);
                case Kind.element_access: return Indexed(Eval(n.Kids[0]), Eval(n.Kids[1]));
                case Kind.post_increment_expression: return Step(n, n.Kids[0], 1, false);
                case Kind.post_decrement_expression: return Step(n, n.Kids[0], -1, false);
                case Kind.pre_increment_expression: return Step(n, n.Kids[0], 1, true);
                case Kind.pre_decrement_expression: return Step(n, n.Kids[0], -1, true);
                case Kind.expression_with_unary_operator: return Unary(n);
                case Kind.cast_expression: return Cast(n);
                case Kind.logical_expression:
                    bool left = Converter.True(Eval(n.Kids[0]));
                    if (n.Op == "-and") return left && Converter.True(Eval(n.Kids[1]));
                    if (n.Op == "-or") return left || Converter.True(Eval(n.Kids[1]));
                    return left != Converter.True(Eval(n.Kids[1]));
                case Kind.comparison_expression: case Kind.format_expression:
                    return Operators.Binary(n, n.Op, Eval(n.Kids[0]), Eval(n.Kids[2]), this);
                case Kind.bitwise_expression: case Kind.additive_expression: case Kind.multiplicative_expression: case Kind.range_expression:
                    return Operators.Binary(n, n.Op, Eval(n.Kids[0]), Eval(n.Kids[1]), this);
            }
            throw n.Cannot("the expression " + n.Type);
        }

        void Inner(Node n, Action<object> emit)
        {
            var f = Block(n.Child("statement_list"), emit);
            if (f != Flow.Normal) throw n.Cannot("leaving the middle of an expression");
        }

        // NameOf is the name of a member.
        string NameOf(Node member)
        {
            var k = member.Kids[0];
            return k.Type == "simple_name" ? k.Text : Converter.Text(Eval(k));
        }

        object Invocation(Node n)
        {
            if (n.Child("invokation_foreach_expression") != null) throw n.Cannot(".foreach");
            return Invoked(n, n.Child("argument_list"));
        }

        object Invoked(Node n, Node arguments)
        {
            var of = Eval(n.Kids[0]);
            var name = NameOf(n.Kids[1]);
            var list = arguments.Child("argument_expression_list");
            var args = list == null ? new object[0] : list.Kids.Select(k => Nothing.Null(Eval(k))).ToArray();
            return n.Static ? CallStatic(n, of, name, args) : Call(n, of, name, args);
        }

        object Unary(Node n)
        {
            var last = n.Kids[n.Kids.Count - 1];
            var op = n.All[0].Named ? "" : n.All[0].Type.ToLowerInvariant();
            switch (op)
            {
                case "": return Eval(n.Kids[0]);
                case ",": return new[] { Nothing.Null(Eval(last)) };
                case "!": case "-not": return !Converter.True(Eval(last));
                case "-bnot":
                    var v = Nothing.Null(Eval(last)) ?? 0;
                    if (v is long) return ~(long)v;
                    return ~(int)Converter.To(v, typeof(int), this);
                case "-":
                    var literal = last.Type == "decimal_integer_literal" && last.Text == "2147483648" ? int.MinValue : (object)null;
                    return literal ?? Numbers.Count("-", 0, Operators.Binary(n, "+", 0, Eval(last), this));
                case "+": return Operators.Binary(n, "+", 0, Eval(last), this);
                case "-split": return TextOperators.Words(Eval(last));
                case "-join": return TextOperators.Join(Eval(last), "");
            }
            throw n.Cannot("the operator " + op);
        }

        object Cast(Node n)
        {
            var name = n.Kids[0].Text.ToLowerInvariant();
            if (name == "[ordered]")
            {
                if (n.Kids[1].Type != "hash_literal_expression") throw n.Cannot("[ordered] of something else");
                return Hash(n.Kids[1], new OrderedDictionary(StringComparer.CurrentCultureIgnoreCase));
            }
            if (name == "[ref]")
            {
                var v = n.Kids[1];
                if (v.Type != "variable") throw n.Cannot("[ref] of something else");
                Get(v);
                var at = scope;
                return new PSReference(() => Get(v), x => { var now = scope; scope = at; try { Set(v, x, null); } finally { scope = now; } });
            }
            if (name == "[pscustomobject]" && n.Kids[1].Type == "hash_literal_expression")
                return Converter.To(Hash(n.Kids[1], new OrderedDictionary(StringComparer.CurrentCultureIgnoreCase)), typeof(Record), this);
            return Converter.To(Eval(n.Kids[1]), Types.Of(n.Kids[0]), this);
        }

        object Hash(Node n, IDictionary into)
        {
            var body = n.Child("hash_literal_body");
            if (body == null) return into;
            foreach (var e in body.Children("hash_entry"))
            {
                var k = e.Child("key_expression").Kids[0];
                object key = k.Type == "simple_name" ? k.Text : Nothing.Null(Eval(k));
                if (key == null) throw Thrown.Runtime("InvalidNullKey", "A null key is not allowed in a hash literal.");
                if (into.Contains(key)) throw Thrown.Runtime("DuplicateKeyInHashLiteral", "Duplicate keys '" + key + "' are not allowed in hash literals.");
                into.Add(key, ValueOf(e.Kids[1]));
            }
            return into;
        }

        public object Indexed(object of, object index)
        {
            of = Nothing.Null(of);
            index = Nothing.Null(index);
            if (of == null) throw Thrown.Runtime("NullArray", "Cannot index into a null array.");
            if (index == null) throw Thrown.Runtime("NullArrayIndex", "Index operation failed; the array index evaluated to null.");
            var d = of as IDictionary;
            var many = Operators.List(index);
            if (d != null && many == null) { var o = d as OrderedDictionary; return o != null && index is int ? ((int)index < o.Count && (int)index >= 0 ? o[(int)index] : null) : d.Contains(index) ? d[index] : null; }
            if (many != null) return many.Cast<object>().Where(i => d == null || d.Contains(i)).Select(i => One(of, i)).Where(x => !(x is Nothing)).ToArray();
            var r = One(of, index);
            return r is Nothing ? null : r;
        }

        // One is an element; Nothing where there is none at that place.
        object One(object of, object index)
        {
            var d = of as IDictionary;
            if (d != null) return d[index];
            if (of is string || of is IList)
            {
                int k = (int)Converter.To(index, typeof(int), this);
                int count = of is string ? ((string)of).Length : ((IList)of).Count;
                if (k < 0) k += count;
                if (k < 0 || k >= count)
                {
                    if (scope.Strictness >= 3) throw Thrown.Runtime("System.IndexOutOfRangeException", "Index was outside the bounds of the array.");
                    return Nothing.Value;
                }
                return of is string ? ((string)of)[k] : ((IList)of)[k];
            }
            var getters = of.GetType().GetDefaultMembers().OfType<System.Reflection.PropertyInfo>().Select(p => p.GetGetMethod()).Cast<System.Reflection.MethodBase>().ToArray();
            if (getters.Length == 0) throw Thrown.Runtime("CannotIndex", "Unable to index into an object of type " + of.GetType().FullName + ".");
            return Overloads.Call(getters, of, "get_Item", new[] { index }, this);
        }

        object Step(Node n, Node at, int by, bool after)
        {
            var before = Nothing.Null(Eval(at)) ?? 0;
            if (!Converter.IsNumber(before.GetType())) throw Thrown.Runtime("OperatorRequiresNumber", "The '++' operator works only on numbers. The operand is a '" + before.GetType().FullName + "'.");
            var now = Numbers.Count("+", before, by);
            Assign(at, now);
            return after ? now : before;
        }

        // Assign puts a value where the left side of an assignment says.
        void Assign(Node n, object value)
        {
            switch (n.Type)
            {
                case "variable": Set(n, value, null); return;
                case "expression_with_unary_operator": case "left_assignment_expression": Assign(n.Kids[0], value); return;
                case "cast_expression":
                    if (n.Kids[1].Type != "variable") throw n.Cannot("assigning to this");
                    Set(n.Kids[1], value, Types.Of(n.Kids[0]));
                    return;
                case "member_access":
                    if (n.Has("::")) throw n.Cannot("assigning to a static member");
                    SetProperty(n, Eval(n.Kids[0]), NameOf(n.Kids[1]), value);
                    return;
                case "element_access": SetIndexed(n, Nothing.Null(Eval(n.Kids[0])), Nothing.Null(Eval(n.Kids[1])), Nothing.Null(value)); return;
                case "array_literal_expression":
                    var list = Operators.List(Nothing.Null(value));
                    var values = list == null ? new List<object> { value } : list.Cast<object>().ToList();
                    for (int k = 0; k < n.Kids.Count; k++)
                    {
                        bool rest = k == n.Kids.Count - 1 && values.Count > n.Kids.Count;
                        Assign(n.Kids[k], rest ? values.Skip(k).ToArray() : k < values.Count ? values[k] : null);
                    }
                    return;
            }
            throw n.Cannot("assigning to " + n.Type);
        }

        void SetIndexed(Node n, object of, object index, object value)
        {
            if (of == null) throw Thrown.Runtime("NullArray", "Cannot index into a null array.");
            var d = of as IDictionary;
            if (d != null)
            {
                var o = d as OrderedDictionary;
                if (o != null && index is int) o[(int)index] = value;
                else d[index] = value;
                return;
            }
            var l = of as IList;
            if (l == null) throw n.Cannot("assigning to an element of " + of.GetType());
            int k = (int)Converter.To(index, typeof(int), this);
            if (k < 0) k += l.Count;
            if (k < 0 || k >= l.Count) throw Thrown.Runtime("System.IndexOutOfRangeException", "Index was outside the bounds of the array.");
            var a = of as Array;
            l[k] = a != null ? Converter.To(value, a.GetType().GetElementType(), this) : value;
        }
    }
}
