using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    // Stage is one command of a pipeline: it is given what came before it item by
    // item, and is told the end.
    abstract class Stage
    {
        public Action<object> Emit;
        public virtual void Begin() { }
        public abstract void Process(object item);
        public virtual void End() { }
    }

    sealed partial class Interpreter
    {
        // Pure is the expression of a pipeline that is nothing else; its value is
        // not taken apart where it is assigned.
        static Node Pure(Node pipeline)
        {
            var chain = pipeline.Kids[0];
            if (pipeline.Kids.Count != 1 || chain.Type != "pipeline_chain" || chain.Kids.Count != 1 || chain.Kids[0].Type == "command") return null;
            return chain.Kids[0];
        }

        // ValueOf is what a statement is worth on the right of an assignment, or in
        // parentheses.
        object ValueOf(Node n)
        {
            if (n.Type == "pipeline")
            {
                var pure = Pure(n);
                if (pure != null) return Eval(pure);
                if (n.Kids[0].Type == "assignment_expression") return Assignment(n.Kids[0]);
            }
            return Collapse(Collect(e =>
            {
                if (Run(n, e) != Flow.Normal) throw n.Cannot("leaving the middle of an expression");
            }));
        }

        static List<object> Collect(Action<Action<object>> run)
        {
            var l = new List<object>();
            run(l.Add);
            return l;
        }

        static object Collapse(List<object> l) { return l.Count == 0 ? Nothing.Value : l.Count == 1 ? l[0] : l.ToArray(); }

        // Unroll hands on what a value holds, one level deep.
        static void Unroll(object v, Action<object> emit)
        {
            if (v is Nothing) return;
            var e = v as IEnumerator;
            if (e != null) { while (e.MoveNext()) emit(e.Current); return; }
            var list = Operators.List(v);
            if (list == null) { emit(v); return; }
            foreach (var item in list) emit(item);
        }

        Flow Pipeline(Node n, Action<object> emit)
        {
            if (n.Kids.Count != 1) throw n.Cannot("a chain of pipelines");
            var first = n.Kids[0];
            if (first.Type == "assignment_expression") { Assignment(first); return Flow.Normal; }
            if (first.Child("redirections") != null) throw n.Cannot("a redirection");
            var pure = Pure(n);
            if (pure != null)
            {
                var v = Eval(pure);
                if (pure.Type.EndsWith("crement_expression") || pure.Type == "expression_with_unary_operator" && pure.Kids[0].Type.EndsWith("crement_expression")) return Flow.Normal;
                Unroll(v, emit);
                return Flow.Normal;
            }
            var stages = new List<Stage>();
            var commands = first.Kids.Where(k => k.Type == "command").ToList();
            var source = first.Kids[0].Type == "command" ? null : first.Kids[0];
            var next = emit;
            for (int k = commands.Count - 1; k >= 0; k--)
            {
                var s = Command(commands[k], k > 0 || source != null);
                s.Emit = next;
                next = s.Process;
                stages.Insert(0, s);
            }
            try
            {
                foreach (var s in stages) s.Begin();
                if (source != null) Unroll(Eval(source), stages[0].Process);
                else if (stages[0] is Source) stages[0].Process(null);
            }
            catch (Stop s) { if (!stages.Contains(s.By)) throw; }
            for (int k = 0; k < stages.Count; k++)
            {
                try { stages[k].End(); }
                catch (Stop s) { if (!stages.Contains(s.By)) throw; }
            }
            return Flow.Normal;
        }

        // Assignment does what it says, and is worth what was assigned.
        object Assignment(Node n)
        {
            var left = n.Kids[0].Kids[0];
            var op = n.Kids[1].Text;
            var right = n.Kids[2];
            var v = ValueOf(right);
            if (op != "=")
            {
                if (op == "!=") throw n.Cannot("the operator !=");
                v = Operators.Binary(n, op.Substring(0, 1), Nothing.Null(Eval(left)), v, this);
            }
            Assign(left, v);
            return v;
        }

        ScriptBlock BlockOf(Node n)
        {
            if (n.Cache == null)
            {
                var open = n.Source.IndexOf('{', n.Start);
                n.Cache = MakeBlock(n.Child("script_block"), n.Child("param_block") ?? (n.Child("script_block") == null ? null : n.Child("script_block").Child("param_block")), n.Source.Substring(open + 1, n.End - open - 2));
            }
            return (ScriptBlock)n.Cache;
        }

        static ScriptBlock MakeBlock(Node block, Node parameters, string text)
        {
            Node list = null;
            if (block != null && block.Child("script_block_body") != null)
            {
                var body = block.Child("script_block_body");
                list = body.Child("statement_list");
                if (list == null) throw body.Cannot("begin, process and end blocks");
            }
            return new ScriptBlock(list, parameters, text);
        }

        // RunBlock runs a block in the present scope, as ForEach-Object does.
        void RunBlock(ScriptBlock b, Action<object> emit)
        {
            if (b.Parameters != null) throw b.Parameters.Cannot("parameters here");
            var f = Block(b.Body, emit);
            if (f != Flow.Normal && f != Flow.Return) throw b.Body.Cannot("break or continue out of a block");
        }

        // InvokeBlock runs a block in a scope of its own, with values in the order of
        // its parameters.
        public object InvokeBlock(ScriptBlock b, object[] args)
        {
            return Collapse(Collect(e => InNewScope(b, "", args.Select(a => new Argument { Value = a }).ToList(), e)));
        }

        void InNewScope(ScriptBlock b, string name, List<Argument> args, Action<object> emit)
        {
            var before = scope;
            if (depth > 250) throw new Unsupported("calls " + depth + " deep");
            var own = new Scope(before);
            Binder.Bind(this, own, b, name, args);
            scope = own;
            depth++;
            try
            {
                var f = Block(b.Body, emit);
                if (f == Flow.Break || f == Flow.Continue) throw b.Body.Cannot("break or continue out of a function");
            }
            finally
            {
                scope = before;
                depth--;
            }
        }

        int depth;

        // RunFile runs a script: its parameters, then its statements.
        public void RunFile(Node program, List<Argument> args, Action<object> emit)
        {
            Binder.Bind(this, scope, new ScriptBlock(null, program.Child("param_block"), ""), "", args);
            Block(program.Child("statement_list"), emit);
        }

        // Evaluated is Eval in another scope, for the defaults of parameters.
        public object Evaluated(Node n, Scope at)
        {
            var before = scope;
            scope = at;
            try { return Eval(n); }
            finally { scope = before; }
        }
    }
}
