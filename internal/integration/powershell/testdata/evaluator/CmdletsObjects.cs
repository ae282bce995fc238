using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    sealed partial class Interpreter
    {
        // Cmdlet makes the stage of a command; null where it is not known.
        Stage Cmdlet(Node n, string name, List<Argument> args)
        {
            switch (name)
            {
                case "foreach-object": return ForEachObject(n, new Given(n, "Process@0", args));
                case "where-object": return WhereObject(n, new Given(n, "FilterScript@0", args));
                case "select-object": return SelectObject(new Given(n, "First Last Skip Unique!", args));
                case "sort-object": return SortObject(n, new Given(n, "Property@0* Descending! Unique!", args));
                case "new-object": return Simple(e => e(NewObject(n, new Given(n, "TypeName@0 ArgumentList@1*", args))));
                case "write-output": return Simple(e => Unroll(new Given(n, "InputObject@0*", args)["InputObject"], e));
                case "out-null": return new Each { Do = (x, e) => { } };
                case "set-strictmode":
                    var g = new Given(n, "Version@0 Off!", args);
                    scope.Strict = g.Is("Off") ? 0 : g.Text("Version").Equals("latest", StringComparison.OrdinalIgnoreCase) ? 3 : (int)(double)Converter.To(g["Version"], typeof(double), this);
                    return Simple(e => { });
                case "write-host":
                    var h = new Given(n, "Object@0* NoNewline! ForegroundColor BackgroundColor", args);
                    if (h.Is("NoNewline")) throw n.Cannot("-NoNewline");
                    return Simple(e => host(Converter.Text(h["Object"])));
                case "add-type":
                    return Simple(e => AddType.Run(n, new Given(n, "Namespace Name MemberDefinition PassThru!", args), world, e));
            }
            return FileCmdlet(n, name, args) ?? WindowsCmdlet(n, name, args);
        }

        static Stage Simple(Action<Action<object>> run) { return new Source { Do = run }; }

        // In runs something in the scope that a command was written in, with $_.
        void In(Scope at, object item, Action run)
        {
            var before = scope;
            scope = at;
            try { using (With(item)) run(); }
            finally { scope = before; }
        }

        Stage ForEachObject(Node n, Given g)
        {
            var b = g["Process"] as ScriptBlock;
            if (b == null) throw n.Cannot("ForEach-Object without a block");
            var at = scope;
            return new Each { Do = (x, e) => In(at, x, () => RunBlock(b, e)) };
        }

        Stage WhereObject(Node n, Given g)
        {
            var b = g["FilterScript"] as ScriptBlock;
            if (b == null) throw n.Cannot("Where-Object without a block");
            var at = scope;
            return new Each
            {
                Do = (x, e) =>
                {
                    bool keep = false;
                    In(at, x, () => keep = Converter.True(Collapse(Collect(o => RunBlock(b, o)))));
                    if (keep) e(x);
                }
            };
        }

        static Stage SelectObject(Given g)
        {
            int seen = 0, first = g.Has("First") ? g.Number("First") : -1, skip = g.Has("Skip") ? g.Number("Skip") : 0;
            if (g.Has("Last") && (g.Has("First") || g.Has("Skip"))) throw new Unsupported("-Last with -First or -Skip");
            var last = new Queue<object>();
            var known = new List<object>();
            Each s = null;
            s = new Each
            {
                Do = (x, e) =>
                {
                    if (skip-- > 0) return;
                    if (first == 0) throw new Stop(s);
                    if (g.Is("Unique"))
                    {
                        if (known.Any(k => Operators.Same(k, x, true))) return;
                        known.Add(x);
                    }
                    if (g.Has("Last")) { last.Enqueue(x); if (last.Count > g.Number("Last")) last.Dequeue(); return; }
                    // With -Unique the count is of those that are left.
                    e(x);
                    if (first > 0 && ++seen == first) throw new Stop(s);
                },
                Ends = e => { foreach (var x in last) e(x); }
            };
            return s;
        }

        // SortObject is not stable, as that of Windows PowerShell is not.
        Stage SortObject(Node n, Given g)
        {
            if (g.Is("Unique")) throw n.Cannot("Sort-Object -Unique");
            var keys = new List<Tuple<object, bool>>();
            var list = Operators.List(g["Property"]);
            foreach (var p in list == null ? (g["Property"] == null ? new object[0] : new[] { g["Property"] }) : list.Cast<object>())
            {
                var h = p as IDictionary;
                if (h == null) { keys.Add(Tuple.Create(p, g.Is("Descending"))); continue; }
                foreach (var k in h.Keys) if (!new[] { "expression", "descending", "ascending" }.Contains(k.ToString().ToLowerInvariant())) throw n.Cannot("the key " + k);
                bool down = h.Contains("Descending") ? Converter.True(h["Descending"]) : h.Contains("Ascending") ? !Converter.True(h["Ascending"]) : g.Is("Descending");
                keys.Add(Tuple.Create(h["Expression"], down));
            }
            var all = new List<Tuple<object, object[]>>();
            var at = scope;
            return new Each
            {
                Do = (x, e) => all.Add(Tuple.Create(x, keys.Select(k => Key(at, x, k.Item1)).ToArray())),
                Ends = e =>
                {
                    all.Sort((a, b) =>
                    {
                        if (keys.Count == 0) return (g.Is("Descending") ? -1 : 1) * Operators.SortOrder(a.Item1, b.Item1);
                        for (int k = 0; k < keys.Count; k++)
                        {
                            int c = Operators.SortOrder(a.Item2[k], b.Item2[k]);
                            if (c != 0) return keys[k].Item2 ? -c : c;
                        }
                        return 0;
                    });
                    foreach (var x in all) e(x.Item1);
                }
            };
        }

        object Key(Scope at, object item, object by)
        {
            var b = by as ScriptBlock;
            object v = null;
            if (b != null) { In(new Scope(at), item, () => v = Collapse(Collect(e => RunBlock(b, e)))); return Nothing.Null(v); }
            Own(Nothing.Null(item), Converter.Text(by), out v);
            return v;
        }

        object NewObject(Node n, Given g)
        {
            var t = Types.Need(n, g.Text("TypeName"));
            var list = Operators.List(g["ArgumentList"]);
            var args = !g.Has("ArgumentList") ? new object[0] : list == null ? new[] { g["ArgumentList"] } : list.Cast<object>().ToArray();
            try { return windows.Construct(t, args, this); }
            catch (Thrown e)
            {
                var id = e.Record.Exception is MethodInvocationException ? "ConstructorInvokedThrowException" : "ConstructorInvokedThrowException";
                throw new Thrown(e.Record.Exception, id + ",Microsoft.PowerShell.Commands.NewObjectCommand");
            }
        }
    }
}
