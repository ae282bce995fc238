using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Xml;

namespace Evaluator
{
    // Operators are those of about_Operators that take two values.
    static class Operators
    {
        // List is a value that operators and pipelines take apart; null for others.
        public static IEnumerable List(object v)
        {
            if (v == null || v is string || v is IDictionary || v is XmlNode) return null;
            if (v is IEnumerable) return (IEnumerable)v;
            return null;
        }

        public static bool Same(object a, object b, bool exact)
        {
            a = Nothing.Null(a);
            b = Nothing.Null(b);
            if (a == null || b == null) return a == null && b == null;
            if (a is string && b is string && Plain((string)a) && Plain((string)b)) return string.Equals((string)a, (string)b, exact ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
            if (a is string) return string.Compare((string)a, Converter.Text(b), CultureInfo.InvariantCulture, exact ? CompareOptions.None : CompareOptions.IgnoreCase) == 0;
            if (a is char && b is char && !exact) return char.ToUpperInvariant((char)a) == char.ToUpperInvariant((char)b);
            if (a is char && b is string && ((string)b).Length == 1) return Same(a, ((string)b)[0], exact);
            if (Converter.IsNumber(a.GetType()) && Converter.IsNumber(b.GetType())) return Numbers.Compare(a, b) == 0;
            if (a.Equals(b)) return true;
            object c;
            Exception why;
            if (Converter.IsNumber(a.GetType()) && b is string)
            {
                try { return Numbers.Compare(a, ((string)b).Trim() == "" ? 0 : Numbers.FromText(((string)b).Trim())) == 0; }
                catch (FormatException) { return false; }
            }
            return Converter.TryTo(b, a.GetType(), null, out c, out why) && a.Equals(c);
        }

        // Plain texts compare alike in every culture, and quickly.
        static bool Plain(string s)
        {
            foreach (char c in s) if (c < ' ' || c > '~') return false;
            return true;
        }

        static int Order(object a, object b, bool exact)
        {
            a = Nothing.Null(a);
            b = Nothing.Null(b);
            if (a == null || b == null)
            {
                if (a == null && b == null) return 0;
                var other = a ?? b;
                int sign = Converter.IsNumber(other.GetType()) && Numbers.Compare(other, 0) < 0 ? 1 : -1;
                return a == null ? sign : -sign;
            }
            if (a is string) return string.Compare((string)a, Converter.Text(b), CultureInfo.InvariantCulture, exact ? CompareOptions.None : CompareOptions.IgnoreCase);
            if (Converter.IsNumber(a.GetType()))
            {
                object n = b;
                if (b is string) { try { n = Numbers.FromText(((string)b).Trim()); } catch (FormatException) { n = null; } }
                else if (b is bool || b is char || b is Enum) n = Converter.To(b, typeof(long), null);
                if (n == null || !Converter.IsNumber(n.GetType())) throw Thrown.Runtime("ComparisonFailure", "Could not compare \"" + Converter.Text(a) + "\" to \"" + Converter.Text(b) + "\".");
                return Numbers.Compare(a, n);
            }
            var c = Converter.To(b, a.GetType(), null);
            var x = a as IComparable;
            if (x == null) throw Thrown.Runtime("NotIcomparable", "Cannot compare \"" + Converter.Text(a) + "\" because it is not IComparable.");
            return x.CompareTo(c);
        }

        // SortOrder is how Sort-Object compares: by the culture, whatever the types.
        public static int SortOrder(object a, object b)
        {
            a = Nothing.Null(a);
            b = Nothing.Null(b);
            if (a == null || b == null) return a == null ? (b == null ? 0 : -1) : 1;
            if (a is string || b is string && !(a is IComparable)) return string.Compare(Converter.Text(a), Converter.Text(b), CultureInfo.CurrentCulture, CompareOptions.IgnoreCase);
            return Order(a, b, false);
        }

        public static object Binary(Node n, string op, object a, object b, Interpreter i)
        {
            object own;
            switch (op)
            {
                case "+":
                    if (Declared(op, a, b, i, out own)) return own;
                    return Add(n, a, b);
                case "-": case "/": case "%":
                    if (Declared(op, a, b, i, out own)) return own;
                    return Numbers.Count(op, Operand(n, a, op), Operand(n, b, op));
                case "*": return Times(n, a, b);
                case "..": return Range(Converter.To(a, typeof(int), i), Converter.To(b, typeof(int), i));
                case "-f": return TextOperators.Format(n, Converter.Text(a), b);
                case "-band": case "-bor": case "-bxor": case "-shl": case "-shr": return Bits(n, op, a, b);
                case "-is": case "-isnot": return Is(n, Nothing.Null(a), b) == (op == "-is");
                case "-as":
                    object r;
                    Exception why;
                    return Converter.TryTo(a, TypeOf(n, b), i, out r, out why) ? r : null;
                case "-join": return TextOperators.Join(a, b);
            }
            var word = op.Substring(1);
            bool exact = word.StartsWith("c") && word != "contains";
            if (exact || word.StartsWith("i") && word != "in") word = word.Substring(1);
            switch (word)
            {
                case "contains": return In(b, a, exact);
                case "notcontains": return !In(b, a, exact);
                case "in": return In(a, b, exact);
                case "notin": return !In(a, b, exact);
                case "split": return TextOperators.Split(n, a, b, exact);
                case "replace": return TextOperators.Replace(n, a, b, exact);
                case "match": case "notmatch": return TextOperators.Match(n, word == "match", a, b, exact, i);
            }
            Func<object, bool> test;
            switch (word)
            {
                case "eq": test = x => Same(x, b, exact); break;
                case "ne": test = x => !Same(x, b, exact); break;
                case "lt": test = x => Order(x, b, exact) < 0; break;
                case "le": test = x => Order(x, b, exact) <= 0; break;
                case "gt": test = x => Order(x, b, exact) > 0; break;
                case "ge": test = x => Order(x, b, exact) >= 0; break;
                case "like": test = x => TextOperators.Like(Converter.Text(x), Converter.Text(b), exact); break;
                case "notlike": test = x => !TextOperators.Like(Converter.Text(x), Converter.Text(b), exact); break;
                default: throw n.Cannot("the operator " + op);
            }
            var list = List(Nothing.Null(a));
            if (list == null) return test(a);
            return list.Cast<object>().Where(test).ToArray();
        }

        static bool In(object item, object list, bool exact)
        {
            var l = List(Nothing.Null(list));
            if (l == null) return Same(list, item, exact);
            return l.Cast<object>().Any(x => Same(x, item, exact));
        }

        static Type TypeOf(Node n, object b)
        {
            if (b is Type) return (Type)b;
            return Types.Need(n, Converter.Text(b));
        }

        static bool Is(Node n, object a, object b) { return a != null && TypeOf(n, b).IsInstanceOfType(a); }

        // Declared is an operator that a class has itself, such as that of times.
        static bool Declared(string op, object a, object b, Interpreter i, out object r)
        {
            r = null;
            a = Nothing.Null(a);
            if (a == null || a is string || a.GetType().IsPrimitive || a is decimal) return false;
            var name = op == "+" ? "op_Addition" : op == "-" ? "op_Subtraction" : op == "/" ? "op_Division" : "op_Modulus";
            var all = a.GetType().GetMethods(System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Static).Where(m => m.Name == name).Cast<System.Reflection.MethodBase>().ToArray();
            if (all.Length == 0) return false;
            r = Overloads.Call(all, null, name, new[] { a, Nothing.Null(b) }, i);
            return true;
        }

        static object Operand(Node n, object v, string op)
        {
            v = Nothing.Null(v);
            if (v == null) return 0;
            if (Converter.IsNumber(v.GetType())) return v;
            if (v is bool) return (bool)v ? 1 : 0;
            if (v is char) return (int)(char)v;
            if (v is Enum) return Convert.ToInt32(v, CultureInfo.InvariantCulture);
            if (v is string)
            {
                if (((string)v).Trim() == "") return 0;
                try { return Numbers.FromText(((string)v).Trim()); }
                catch (FormatException e) { throw new Thrown(new PSInvalidCastException("Cannot convert value \"" + v + "\" to type \"System.Int32\". Error: \"Input string was not in a correct format.\"", e), "InvalidCastFromStringToInteger"); }
            }
            throw Thrown.Runtime("MethodNotFound", "Method invocation failed because [" + v.GetType().FullName + "] does not contain a method named '" + (op == "-" ? "op_Subtraction" : op == "+" ? "op_Addition" : op == "*" ? "op_Multiply" : op == "/" ? "op_Division" : "op_Modulus") + "'.");
        }

        static object Bits(Node n, string op, object a, object b)
        {
            var type = Nothing.Null(a) is Enum ? a.GetType() : null;
            Func<object, object> whole = v =>
            {
                var o = type != null && !(v is Enum) ? Converter.To(v, type, null) : v;
                o = Operand(n, o, op);
                return Converter.IsWhole(o.GetType()) ? o : Converter.To(o, Math.Abs(Convert.ToDouble(o, CultureInfo.InvariantCulture)) <= int.MaxValue ? typeof(int) : typeof(long), null);
            };
            var r = Numbers.Bits(op, whole(a), whole(b));
            return type != null ? Enum.ToObject(type, r) : r;
        }

        static object Add(Node n, object a, object b)
        {
            a = Nothing.Null(a);
            if (a == null) return Nothing.Null(b);
            if (a is string) return (string)a + Converter.Text(b);
            if (a is char && Nothing.Null(b) is string) return Converter.Text(a) + b;
            if (a is IDictionary)
            {
                if (!(b is IDictionary)) throw Thrown.Runtime("AddHashTableToNonHashTable", "A hash table can only be added to another hash table.");
                var sum = new Hashtable((IDictionary)a, StringComparer.CurrentCultureIgnoreCase);
                foreach (DictionaryEntry e in (IDictionary)b) sum.Add(e.Key, e.Value);
                return sum;
            }
            var list = List(a);
            if (list != null)
            {
                var all = list.Cast<object>().ToList();
                var more = List(b);
                if (more != null) all.AddRange(more.Cast<object>());
                else if (!(b is Nothing)) all.Add(b);
                return all.ToArray();
            }
            return Numbers.Count("+", Operand(n, a, "+"), Operand(n, b, "+"));
        }

        static object Times(Node n, object a, object b)
        {
            a = Nothing.Null(a);
            if (a == null) return null;
            if (a is string) return string.Concat(Enumerable.Repeat((string)a, (int)Converter.To(b, typeof(int), null)));
            var list = List(a);
            if (list != null) return Enumerable.Repeat(list.Cast<object>().ToArray(), (int)Converter.To(b, typeof(int), null)).SelectMany(x => x).ToArray();
            return Numbers.Count("*", Operand(n, a, "*"), Operand(n, b, "*"));
        }

        static object[] Range(object from, object to)
        {
            int a = (int)from, b = (int)to;
            var l = new List<object>();
            for (int k = a; ; k += a <= b ? 1 : -1)
            {
                l.Add(k);
                if (k == b) return l.ToArray();
            }
        }
    }
}
