using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Xml;

namespace Evaluator
{
    // Rank says how good a conversion is; overloads are chosen by it.
    enum Rank { None, UnrelatedArrays, ToText, Custom, Convertible, Cast, Constructor, Parse, Language, NullToValue, NullToReference, NumberDown, NumberAcross, NumberText, NumberUp, Assignable, Identity }

    // Converter turns values into other types, in the order in which about_Type_Conversion
    // and the language specification (6.) tell.
    static class Converter
    {
        static readonly Type[] numbers = { typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(decimal) };

        public static bool IsNumber(Type t)
        {
            var c = Type.GetTypeCode(t);
            return c >= TypeCode.SByte && c <= TypeCode.Decimal && !t.IsEnum;
        }

        public static bool IsWhole(Type t) { return IsNumber(t) && Type.GetTypeCode(t) <= TypeCode.UInt64; }

        public static Rank RankOf(object v, Type t)
        {
            if (t.IsByRef) t = t.GetElementType();
            v = Nothing.Null(v);
            if (v == null)
            {
                if (t == typeof(string)) return Rank.NullToReference;
                if (Nullable.GetUnderlyingType(t) != null) return Rank.NullToReference;
                return t.IsValueType ? Rank.NullToValue : Rank.NullToReference;
            }
            var f = v.GetType();
            if (f == t) return Rank.Identity;
            if (v is PSReference && t != typeof(object) && t != typeof(PSReference)) return RankOf(((PSReference)v).Value, t);
            if (t.IsAssignableFrom(f)) return Rank.Assignable;
            var n = Nullable.GetUnderlyingType(t);
            if (n != null) return RankOf(v, n);
            if (t == typeof(bool) || t == typeof(SwitchParameter)) return Rank.Language;
            if (t == typeof(string)) return v is char ? Rank.Language : Rank.ToText;
            if (IsNumber(f) && IsNumber(t))
            {
                int a = Array.IndexOf(numbers, f), b = Array.IndexOf(numbers, t);
                if (IsWhole(f) && !IsWhole(t) || b > a && (b % 2 == 0 || a % 2 == 1)) return Rank.NumberUp;
                return IsWhole(f) == IsWhole(t) ? Rank.NumberAcross : Rank.NumberDown;
            }
            object ignored;
            Exception why;
            if (f == typeof(string))
            {
                if (IsNumber(t)) return Rank.NumberText;
                if (t == typeof(char[])) return Rank.Language;
                if (t == typeof(Type) || t == typeof(XmlDocument) || t.IsEnum || t == typeof(char) || t == typeof(System.Text.RegularExpressions.Regex)) return Rank.Language;
                if (t == typeof(Uri)) return Rank.Custom;
                if (t.IsArray) return Rank.UnrelatedArrays;
                return ParseMethod(t) != null ? Rank.Parse : Constructor(t, f) != null ? Rank.Constructor : Operator(f, t) != null ? Rank.Cast : Rank.None;
            }
            if (typeof(Delegate).IsAssignableFrom(t)) return v is ScriptBlock ? Rank.Language : Rank.None;
            if (t.IsArray && t.GetArrayRank() == 1)
                return TryTo(v, t, null, out ignored, out why) ? (v is IList ? Rank.UnrelatedArrays : Rank.UnrelatedArrays) : Rank.None;
            if (t.IsEnum) return IsWhole(f) ? Rank.Language : TryTo(v, t, null, out ignored, out why) ? Rank.Custom : Rank.None;
            if (Operator(f, t) != null) return Rank.Cast;
            if (Constructor(t, f) != null) return Rank.Constructor;
            return TryTo(v, t, null, out ignored, out why) ? Rank.Convertible : Rank.None;
        }

        public static object To(object v, Type t, Interpreter i)
        {
            object r;
            Exception why;
            if (TryTo(v, t, i, out r, out why)) return r;
            v = Nothing.Null(v);
            if (why is Thrown) throw why;
            if (v == null) throw new Thrown(new PSInvalidCastException("Cannot convert null to type \"" + t.FullName + "\"."), "nullToObjectCast");
            var m = "Cannot convert value \"" + Text(v) + "\" to type \"" + t.FullName + "\".";
            if (why != null) m += " Error: \"" + why.Message + "\"";
            else m = "Cannot convert the \"" + Text(v) + "\" value of type \"" + v.GetType().FullName + "\" to type \"" + t.FullName + "\".";
            if (v is string && IsWhole(t)) throw new Thrown(new PSInvalidCastException(m, why), "InvalidCastFromStringToInteger");
            throw new Thrown(new PSInvalidCastException(m, why), why != null ? "InvalidCastParseTargetInvocation" : "ConvertToFinalInvalidCastException");
        }

        // TryTo is To without an error of the script.
        public static bool TryTo(object v, Type t, Interpreter i, out object r, out Exception why)
        {
            why = null;
            v = Nothing.Null(v);
            r = v;
            if (t == typeof(object)) return true;
            if (t == typeof(void)) { r = Nothing.Value; return true; }
            if (t == typeof(bool)) { r = True(v); return true; }
            if (t == typeof(SwitchParameter)) { r = v is SwitchParameter ? v : new SwitchParameter(True(v)); return v == null || v is bool || v is SwitchParameter || IsNumber(v.GetType()); }
            if (t == typeof(string)) { r = Text(v); return true; }
            if (v == null)
            {
                if (!t.IsValueType || Nullable.GetUnderlyingType(t) != null) return true;
                if (IsNumber(t) || t == typeof(char)) { r = Activator.CreateInstance(t); return true; }
                return false;
            }
            var f = v.GetType();
            if (t.IsAssignableFrom(f)) return true;
            if (v is PSReference) return TryTo(((PSReference)v).Value, t, i, out r, out why);
            var n = Nullable.GetUnderlyingType(t);
            if (n != null) return TryTo(v, n, i, out r, out why);
            try { return Make(v, f, t, i, out r); }
            catch (TargetInvocationException e) { why = e.InnerException; }
            catch (FormatException e) { why = e; }
            catch (OverflowException e) { why = e; }
            catch (InvalidCastException e) { why = e; }
            catch (ArgumentException e) { why = e; }
            return false;
        }

        static bool Make(object v, Type f, Type t, Interpreter i, out object r)
        {
            r = null;
            if (v is SwitchParameter) { v = ((SwitchParameter)v).IsPresent; f = typeof(bool); }
            if (IsNumber(t)) return Number(v, f, t, out r);
            if (t.IsEnum) return Enumeration(v, f, t, out r);
            if (t == typeof(char))
            {
                if (v is string) { if (((string)v).Length != 1) throw new FormatException("String must be exactly one character long."); r = ((string)v)[0]; return true; }
                if (IsWhole(f)) { r = Convert.ToChar(v, CultureInfo.InvariantCulture); return true; }
            }
            if (t == typeof(Type) && v is string) { r = Types.Find((string)v); return r != null; }
            if (t == typeof(char[]) && v is string) { r = ((string)v).ToCharArray(); return true; }
            if (t == typeof(XmlDocument) && v is string) { var d = new XmlDocument(); d.LoadXml((string)v); r = d; return true; }
            if (t == typeof(DateTime) && v is string) { r = DateTime.Parse((string)v, CultureInfo.InvariantCulture, DateTimeStyles.None); return true; }
            if (typeof(Delegate).IsAssignableFrom(t))
            {
                if (!(v is ScriptBlock)) return false;
                if (i != null) r = Delegates.Make((ScriptBlock)v, t, i);
                return true;
            }
            if (t.IsArray) return Elements(v, t, i, out r);
            // The converter that the class names itself takes relative ones.
            if (t == typeof(Uri) && v is string) { r = (string)v == "" ? null : new Uri((string)v, UriKind.RelativeOrAbsolute); return true; }
            if (v is string)
            {
                var parse = ParseMethod(t);
                if (parse != null)
                {
                    r = parse.Invoke(null, parse.GetParameters().Length == 1 ? new[] { v } : new[] { v, CultureInfo.InvariantCulture });
                    return true;
                }
            }
            var c = Constructor(t, f);
            if (c != null) { r = c.Invoke(new[] { v }); return true; }
            var o = Operator(f, t);
            if (o != null) { r = o.Invoke(null, new[] { v }); return true; }
            if (v is IDictionary && t == typeof(Record))
            {
                var rec = new Record("System.Management.Automation.PSCustomObject");
                foreach (DictionaryEntry e in (IDictionary)v) rec.With((string)e.Key, e.Value);
                r = rec;
                return true;
            }
            if (t == typeof(Hashtable) && v is IDictionary) { r = new Hashtable((IDictionary)v, StringComparer.CurrentCultureIgnoreCase); return true; }
            return false;
        }

        static bool Elements(object v, Type t, Interpreter i, out object r)
        {
            var e = t.GetElementType();
            var list = v is IEnumerable && !(v is string) && !(v is IDictionary) ? ((IEnumerable)v).Cast<object>().ToList() : new List<object> { v };
            var a = Array.CreateInstance(e, list.Count);
            r = a;
            for (int k = 0; k < list.Count; k++)
            {
                object item;
                Exception why;
                if (!TryTo(list[k], e, i, out item, out why))
                {
                    if (why != null) throw why;
                    return false;
                }
                a.SetValue(item, k);
            }
            return true;
        }

        static bool Number(object v, Type f, Type t, out object r)
        {
            r = null;
            if (v is string)
            {
                var s = ((string)v).Trim();
                if (s == "") { r = Convert.ChangeType(0, t, CultureInfo.InvariantCulture); return true; }
                object parsed;
                try { parsed = Numbers.FromText(s); }
                catch (FormatException) { throw new FormatException("Input string was not in a correct format."); }
                return Number(parsed, parsed.GetType(), t, out r);
            }
            if (v is char) { r = Convert.ChangeType((int)(char)v, t, CultureInfo.InvariantCulture); return true; }
            if (f.IsEnum) v = Convert.ChangeType(v, Enum.GetUnderlyingType(f), CultureInfo.InvariantCulture);
            else if (!IsNumber(f) && !(v is bool))
            {
                var o = Operator(f, t);
                if (o == null) return false;
                r = o.Invoke(null, new[] { v });
                return true;
            }
            r = Convert.ChangeType(v, t, CultureInfo.InvariantCulture); // rounds half to even
            return true;
        }

        static bool Enumeration(object v, Type f, Type t, out object r)
        {
            r = null;
            if (v is string)
            {
                var parts = ((string)v).Split(',').Select(p => p.Trim()).ToArray();
                if (parts.Length > 1 && !t.IsDefined(typeof(FlagsAttribute), false)) throw new ArgumentException("The type is no set of flags.");
                var full = new List<string>();
                foreach (var p in parts)
                {
                    var names = Enum.GetNames(t);
                    var hit = names.FirstOrDefault(x => x.Equals(p, StringComparison.OrdinalIgnoreCase));
                    var near = names.Where(x => x.StartsWith(p, StringComparison.OrdinalIgnoreCase)).ToArray();
                    long number;
                    if (hit == null && near.Length == 1 && p != "") hit = near[0];
                    if (hit == null && long.TryParse(p, out number)) hit = p;
                    if (hit == null) throw new FormatException("Unable to match the identifier name " + p + " to a valid enumerator name.");
                    full.Add(hit);
                }
                r = Enum.Parse(t, string.Join(",", full), true);
                return true;
            }
            if (v is IList) return ((IList)v).Count > 0 && Enumeration(string.Join(",", ((IList)v).Cast<object>().Select(Text)), typeof(string), t, out r);
            if (!IsNumber(f)) return false;
            r = Enum.ToObject(t, Convert.ToInt64(v, CultureInfo.InvariantCulture));
            if (!t.IsDefined(typeof(FlagsAttribute), false) && !Enum.IsDefined(t, r)) throw new ArgumentException("The value is none of the enumeration.");
            return true;
        }

        static MethodInfo ParseMethod(Type t)
        {
            return t.GetMethod("Parse", BindingFlags.Public | BindingFlags.Static, null, new[] { typeof(string), typeof(IFormatProvider) }, null)
                ?? t.GetMethod("Parse", BindingFlags.Public | BindingFlags.Static, null, new[] { typeof(string) }, null);
        }

        static ConstructorInfo Constructor(Type t, Type from)
        {
            if (t.IsAbstract) return null;
            return t.GetConstructors().FirstOrDefault(c => c.GetParameters().Length == 1 && c.GetParameters()[0].ParameterType == from)
                ?? t.GetConstructors().FirstOrDefault(c => c.GetParameters().Length == 1 && c.GetParameters()[0].ParameterType.IsAssignableFrom(from));
        }

        static MethodInfo Operator(Type from, Type to)
        {
            return from.GetMethods(BindingFlags.Public | BindingFlags.Static).Concat(to.GetMethods(BindingFlags.Public | BindingFlags.Static))
                .FirstOrDefault(m => (m.Name == "op_Implicit" || m.Name == "op_Explicit") && m.ReturnType == to && m.GetParameters()[0].ParameterType.IsAssignableFrom(from));
        }

        public static bool True(object v)
        {
            v = Nothing.Null(v);
            if (v == null) return false;
            if (v is bool) return (bool)v;
            if (v is string) return ((string)v).Length > 0;
            if (v is char) return (char)v != '\0';
            if (v is SwitchParameter) return ((SwitchParameter)v).IsPresent;
            if (IsNumber(v.GetType())) return Convert.ToDouble(v, CultureInfo.InvariantCulture) != 0;
            var list = v as IList;
            if (list == null) return true;
            if (list.Count != 1) return list.Count > 0;
            var inner = list[0] as IList;
            return inner == null ? True(list[0]) : inner.Count > 0;
        }

        public static string Text(object v)
        {
            v = Nothing.Null(v);
            if (v == null) return "";
            if (v is string) return (string)v;
            if (v is Enum) return v.ToString();
            var node = v as XmlNode;
            if (node != null) return node is XmlElement ? (node.Attributes.Count == 0 && node.ChildNodes.Cast<XmlNode>().All(c => c is XmlText) ? node.InnerText : node.LocalName) : node is XmlDocument ? "#document" : node.Value ?? "";
            if (v is Type) return Types.Name((Type)v);
            if (v is IEnumerable && !(v is IDictionary)) return string.Join(" ", ((IEnumerable)v).Cast<object>().Select(Text));
            var f = v as IFormattable;
            return f != null ? f.ToString(null, CultureInfo.InvariantCulture) : v.ToString();
        }
    }
}
