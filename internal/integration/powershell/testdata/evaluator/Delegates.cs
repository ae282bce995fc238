using System;
using System.Linq;
using System.Linq.Expressions;
using System.Management.Automation;

namespace Evaluator
{
    // Delegates makes delegates of script blocks.
    static class Delegates
    {
        sealed class Target
        {
            public ScriptBlock Block;
            public Interpreter Interpreter;
            public Type Returns;

            public object Call(object[] args)
            {
                var r = Interpreter.InvokeBlock(Block, args);
                return Returns == typeof(void) ? null : Converter.To(r, Returns, Interpreter);
            }
        }

        public static Delegate Make(ScriptBlock block, Type type, Interpreter i)
        {
            var invoke = type.GetMethod("Invoke");
            var ps = invoke.GetParameters().Select(p => Expression.Parameter(p.ParameterType, p.Name)).ToArray();
            if (ps.Any(p => p.IsByRef)) throw new Unsupported("a delegate with parameters by reference");
            var target = new Target { Block = block, Interpreter = i, Returns = invoke.ReturnType };
            Expression call = Expression.Call(Expression.Constant(target), typeof(Target).GetMethod("Call"),
                Expression.NewArrayInit(typeof(object), ps.Select(p => (Expression)Expression.Convert(p, typeof(object)))));
            if (invoke.ReturnType != typeof(void)) call = Expression.Convert(call, invoke.ReturnType);
            return Expression.Lambda(type, call, ps).Compile();
        }
    }
}
