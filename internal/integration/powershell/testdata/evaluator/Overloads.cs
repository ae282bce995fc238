using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace Evaluator
{
    // Overloads chooses the method that is called, by the conversions that its
    // arguments need.
    static class Overloads
    {
        sealed class Choice
        {
            public MethodBase Method;
            public ParameterInfo[] Parameters;
            public bool Expanded;
            public Rank[] Ranks;
        }

        // What was chosen before for arguments of the same classes, where these needed no
        // conversion: then their values play no part.
        static readonly Dictionary<MethodBase[], List<KeyValuePair<Type[], Choice>>> chosen = new Dictionary<MethodBase[], List<KeyValuePair<Type[], Choice>>>();

        public static object Call(MethodBase[] all, object target, string name, object[] args, Interpreter i)
        {
            List<KeyValuePair<Type[], Choice>> before;
            lock (chosen) if (!chosen.TryGetValue(all, out before)) chosen[all] = before = new List<KeyValuePair<Type[], Choice>>();
            Choice best = null;
            lock (before) foreach (var k in before) if (best == null && Fits(k.Key, args)) best = k.Value;
            if (best == null)
            {
                best = Best(all, name, args, i);
                if (best.Ranks.All(r => r >= Rank.Assignable)) lock (before) before.Add(new KeyValuePair<Type[], Choice>(args.Select(a => a.GetType()).ToArray(), best));
            }
            return Invoke(best, target, name, args, i);
        }

        static bool Fits(Type[] types, object[] args)
        {
            if (types.Length != args.Length) return false;
            for (int k = 0; k < args.Length; k++) if (args[k] == null || args[k].GetType() != types[k]) return false;
            return true;
        }

        static Choice Best(MethodBase[] all, string name, object[] args, Interpreter i)
        {
            var choices = all.Where(m => !m.IsGenericMethodDefinition && InFramework(m)).SelectMany(m => Fit(m, args)).ToList();
            if (choices.Count == 0)
            {
                if (all.Any(m => m.GetParameters().Length == args.Length))
                {
                    // The reason is that of the first argument that cannot be converted.
                    var m = all.First(x => x.GetParameters().Length == args.Length);
                    for (int k = 0; k < args.Length; k++)
                    {
                        object r;
                        Exception why;
                        var t = m.GetParameters()[k].ParameterType;
                        if (t.IsByRef) t = t.GetElementType();
                        if (Converter.TryTo(args[k], t, i, out r, out why)) continue;
                        throw new Thrown(new MethodException("Cannot convert argument \"" + m.GetParameters()[k].Name + "\", with value: \"" + Converter.Text(args[k]) + "\", for \"" + name + "\" to type \"" + t.FullName + "\"" + (why == null ? "" : ": \"" + why.Message + "\"")), "MethodArgumentConversionInvalidCastArgument");
                    }
                }
                throw new Thrown(new MethodException("Cannot find an overload for \"" + name + "\" and the argument count: \"" + args.Length + "\"."), "MethodCountCouldNotFindBest");
            }
            var best = choices[0];
            foreach (var c in choices.Skip(1)) if (Better(c, best)) best = c;
            foreach (var c in choices)
                if (c != best && !Better(best, c)) throw new Thrown(new MethodException("Multiple ambiguous overloads found for \"" + name + "\" and the argument count: \"" + args.Length + "\"."), "MethodCountCouldNotFindBest");
            return best;
        }

        static IEnumerable<Choice> Fit(MethodBase m, object[] args)
        {
            var ps = m.GetParameters();
            if (ps.Length >= args.Length && ps.Skip(args.Length).All(p => p.IsOptional))
            {
                var ranks = args.Select((a, k) => RankOf(a, ps[k])).ToArray();
                if (ranks.All(r => r != Rank.None)) yield return new Choice { Method = m, Parameters = ps, Ranks = ranks };
            }
            if (ps.Length > 0 && ps[ps.Length - 1].IsDefined(typeof(ParamArrayAttribute), false) && args.Length >= ps.Length - 1)
            {
                var e = ps[ps.Length - 1].ParameterType.GetElementType();
                var ranks = args.Select((a, k) => k < ps.Length - 1 ? RankOf(a, ps[k]) : Converter.RankOf(a, e)).ToArray();
                if (ranks.All(r => r != Rank.None)) yield return new Choice { Method = m, Parameters = ps, Ranks = ranks, Expanded = true };
            }
        }

        static Rank RankOf(object a, ParameterInfo p)
        {
            if (p.ParameterType.IsByRef && !(a is PSReference)) return Rank.None;
            if (!p.ParameterType.IsByRef && a is PSReference) return Rank.None;
            return Converter.RankOf(a, p.ParameterType);
        }

        static bool Better(Choice a, Choice b)
        {
            int better = 0;
            for (int k = 0; k < a.Ranks.Length; k++) better += a.Ranks[k].CompareTo(b.Ranks[k]) > 0 ? 1 : a.Ranks[k] == b.Ranks[k] ? 0 : -1;
            if (better != 0) return better > 0;
            if (a.Expanded != b.Expanded) return !a.Expanded;
            for (int k = 0; k < a.Ranks.Length && !a.Expanded; k++)
            {
                Type x = a.Parameters[k].ParameterType, y = b.Parameters[k].ParameterType;
                if (x == y) continue;
                if (y.IsAssignableFrom(x)) better++;
                else if (x.IsAssignableFrom(y)) better--;
                else if (Converter.IsNumber(x) && Converter.IsNumber(y)) better += Narrower(x, y) ? 1 : -1;
            }
            if (better != 0) return better > 0;
            if (a.Parameters.Length != b.Parameters.Length) return a.Parameters.Length < b.Parameters.Length;
            // What a class declares itself hides what it inherits.
            return b.Method.DeclaringType != a.Method.DeclaringType && b.Method.DeclaringType.IsAssignableFrom(a.Method.DeclaringType);
        }

        static bool Narrower(Type x, Type y)
        {
            object r;
            Exception why;
            return Converter.RankOf(Activator.CreateInstance(x), y) == Rank.NumberUp && Converter.TryTo(Activator.CreateInstance(x), y, null, out r, out why);
        }

        static object Invoke(Choice c, object target, string name, object[] args, Interpreter i)
        {
            var ps = c.Parameters;
            var values = new object[ps.Length];
            for (int k = 0; k < ps.Length; k++)
            {
                var t = ps[k].ParameterType;
                if (c.Expanded && k == ps.Length - 1)
                {
                    var rest = Array.CreateInstance(t.GetElementType(), Math.Max(0, args.Length - k));
                    for (int r = 0; r < rest.Length; r++) rest.SetValue(Argument(args[k + r], t.GetElementType(), ps[k], name, i), r);
                    values[k] = rest;
                }
                else if (k >= args.Length) values[k] = ps[k].DefaultValue;
                else if (t.IsByRef) values[k] = Argument(((PSReference)args[k]).Value, t.GetElementType(), ps[k], name, i);
                else values[k] = Argument(args[k], t, ps[k], name, i);
            }
            object result;
            try
            {
                var made = c.Method as ConstructorInfo;
                if (made != null) return made.Invoke(values);
                result = c.Method.Invoke(target, values);
            }
            catch (TargetInvocationException e) { throw Wrapped(e.InnerException, name, args.Length); }
            for (int k = 0; k < ps.Length && k < args.Length; k++)
                if (ps[k].ParameterType.IsByRef) ((PSReference)args[k]).Value = values[k];
            return ((MethodInfo)c.Method).ReturnType == typeof(void) ? Nothing.Value : result;
        }

        // Wrapped is how an exception of a method reaches the script. What a
        // script block threw within it goes on as it was.
        public static Exception Wrapped(Exception e, string name, int count)
        {
            if (e is Unsupported) return e;
            var t = e as Thrown;
            if (t != null) e = t.Record.Exception;
            return new Thrown(new MethodInvocationException("Exception calling \"" + name + "\" with \"" + count + "\" argument(s): \"" + e.Message + "\"", e), e.GetType().Name);
        }

        static object Argument(object v, Type t, ParameterInfo p, string name, Interpreter i)
        {
            v = Nothing.Null(v);
            if (v == null && t != typeof(string) && (!t.IsValueType || Nullable.GetUnderlyingType(t) != null)) return null;
            return Converter.To(v, t, i);
        }

        // InFramework says whether .NET Framework has an overload: Mono's text class
        // has some that came with later versions.
        static bool InFramework(MethodBase m)
        {
            if (m.DeclaringType != typeof(string)) return true;
            var ps = m.GetParameters().Select(p => p.ParameterType).ToArray();
            switch (m.Name)
            {
                case "Trim": case "TrimStart": case "TrimEnd": return ps.Length == 0 ? m.Name == "Trim" : ps[0] == typeof(char[]);
                case "StartsWith": case "EndsWith": return ps[0] == typeof(string);
                case "Contains": return ps.Length == 1 && ps[0] == typeof(string);
                case "Split": return ps[0].IsArray;
                case "Replace": return ps.Length == 2;
                case "IndexOf": return !(ps[0] == typeof(char) && ps.Length == 2 && ps[1] == typeof(StringComparison));
                case "Join": return ps[0] == typeof(string);
            }
            return true;
        }
    }
}
