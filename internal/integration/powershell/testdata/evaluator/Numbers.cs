using System;
using System.Globalization;

namespace Evaluator
{
    // Numbers reads numbers and counts with them: whole ones grow from int to long to
    // double, so that nothing overflows (language specification 6.15, 7.6).
    static class Numbers
    {
        public static object Literal(string s)
        {
            var t = s.ToLowerInvariant();
            long times = 1;
            foreach (var unit in new[] { "kb", "mb", "gb", "tb", "pb" })
            {
                if (!t.StartsWith("0x") && t.EndsWith(unit)) { times = 1L << (10 * (Array.IndexOf(new[] { "kb", "mb", "gb", "tb", "pb" }, unit) + 1)); t = t.Substring(0, t.Length - 2); }
            }
            bool wide = t.EndsWith("l"), exact = !t.StartsWith("0x") && t.EndsWith("d");
            if (wide || exact) t = t.Substring(0, t.Length - 1);
            if (exact) return decimal.Parse(t, CultureInfo.InvariantCulture) * times;
            if (t.StartsWith("0x"))
            {
                var hex = t.Substring(2);
                if (hex.Length <= 8 && !wide) return int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                return long.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture) * times;
            }
            long n;
            if (long.TryParse(t, NumberStyles.None, CultureInfo.InvariantCulture, out n))
            {
                decimal product = (decimal)n * times;
                if (!wide && product <= int.MaxValue) return (int)product;
                if (product <= long.MaxValue) return (long)product;
            }
            return double.Parse(t, CultureInfo.InvariantCulture) * times;
        }

        // FromText is a number in a string, with a sign.
        public static object FromText(string s)
        {
            bool minus = s.StartsWith("-");
            var t = minus || s.StartsWith("+") ? s.Substring(1).Trim() : s;
            if (t == "" || !char.IsDigit(t[0]) && t[0] != '.') throw new FormatException("Input string was not in a correct format.");
            var v = t.EndsWith("l", StringComparison.OrdinalIgnoreCase) || t.EndsWith("d", StringComparison.OrdinalIgnoreCase) && !t.StartsWith("0x") ? Literal(t) : Literal(t);
            return minus ? Negative(v) : v;
        }

        public static object Negative(object v)
        {
            if (v is int && (int)v != int.MinValue) return -(int)v;
            if (v is long && (long)v != long.MinValue) return -(long)v;
            if (v is decimal) return -(decimal)v;
            if (v is byte || v is short || v is ushort || v is sbyte) return -Convert.ToInt32(v, CultureInfo.InvariantCulture);
            if (v is uint) return -(long)(uint)v;
            return -Convert.ToDouble(v, CultureInfo.InvariantCulture);
        }

        // Common is the type in which two numbers are counted with.
        static Type Common(object a, object b)
        {
            if (a is double || b is double || a is float || b is float) return typeof(double);
            if (a is decimal || b is decimal) return typeof(decimal);
            if (a is ulong || b is ulong) return typeof(ulong);
            if (a is long || b is long) return typeof(long);
            if (a is uint || b is uint) return a is uint && b is uint ? typeof(uint) : typeof(long);
            return typeof(int);
        }

        public static int Compare(object a, object b)
        {
            if (a is int && b is int) return ((int)a).CompareTo((int)b);
            var t = Common(a, b);
            if (t == typeof(double)) return Convert.ToDouble(a, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(b, CultureInfo.InvariantCulture));
            return Convert.ToDecimal(a, CultureInfo.InvariantCulture).CompareTo(Convert.ToDecimal(b, CultureInfo.InvariantCulture));
        }

        public static object Count(string op, object a, object b)
        {
            if (a is int && b is int && (op == "+" || op == "-"))
            {
                long sum = op == "+" ? (long)(int)a + (int)b : (long)(int)a - (int)b;
                if (sum >= int.MinValue && sum <= int.MaxValue) return (int)sum;
            }
            var t = Common(a, b);
            if (t == typeof(double)) return CountDouble(op, Convert.ToDouble(a, CultureInfo.InvariantCulture), Convert.ToDouble(b, CultureInfo.InvariantCulture));
            decimal x = Convert.ToDecimal(a, CultureInfo.InvariantCulture), y = Convert.ToDecimal(b, CultureInfo.InvariantCulture), r;
            if ((op == "/" || op == "%") && y == 0) throw new Thrown(new System.Management.Automation.RuntimeException("Attempted to divide by zero.", new DivideByZeroException("Attempted to divide by zero.")), "RuntimeException");
            try { r = op == "+" ? x + y : op == "-" ? x - y : op == "*" ? x * y : op == "/" ? x / y : x % y; }
            catch (OverflowException) { return CountDouble(op, (double)x, (double)y); }
            if (t == typeof(decimal)) return r;
            if (r != decimal.Truncate(r)) return (double)x / (double)y;
            decimal low = t == typeof(int) ? int.MinValue : t == typeof(long) ? long.MinValue : 0;
            decimal high = t == typeof(int) ? int.MaxValue : t == typeof(long) ? long.MaxValue : t == typeof(uint) ? uint.MaxValue : (decimal)ulong.MaxValue;
            if (r < low || r > high) return (double)r;
            return Convert.ChangeType(r, t, CultureInfo.InvariantCulture);
        }

        static object CountDouble(string op, double a, double b)
        {
            return op == "+" ? a + b : op == "-" ? a - b : op == "*" ? a * b : op == "/" ? a / b : a % b;
        }

        // Bits does -band and its like, in int where both fit, else in long.
        public static object Bits(string op, object a, object b)
        {
            if (op == "-shl" || op == "-shr")
            {
                int by = Convert.ToInt32(b, CultureInfo.InvariantCulture);
                if (a is long) return op == "-shl" ? (long)a << by : (long)a >> by;
                int v = Convert.ToInt32(a, CultureInfo.InvariantCulture);
                return op == "-shl" ? v << by : v >> by;
            }
            var t = Common(a, b);
            if (t == typeof(ulong)) return Bits(op, Convert.ToUInt64(a, CultureInfo.InvariantCulture), Convert.ToUInt64(b, CultureInfo.InvariantCulture));
            if (t == typeof(uint)) return (uint)Bits(op, (ulong)(uint)a, (ulong)(uint)b);
            ulong r = Bits(op, (ulong)Convert.ToInt64(a, CultureInfo.InvariantCulture), (ulong)Convert.ToInt64(b, CultureInfo.InvariantCulture));
            if (t == typeof(int)) return (int)(long)r;
            return (long)r;
        }

        static ulong Bits(string op, ulong a, ulong b) { return op == "-band" ? a & b : op == "-bor" ? a | b : a ^ b; }
    }
}
