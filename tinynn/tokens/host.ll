%struct.writer = type { ptr, i32, i32, i8, i8, [4 x i8], i32 }
%struct.table = type { i32, i32, i32, i32, i32, ptr, i32, [12 x %struct.rows] }
%struct.rows = type { ptr, i32 }
%struct.encoder = type { %struct.table, i32, ptr, i32, i32, i8, ptr, ptr, ptr, ptr }
%struct.symbol = type { i32, i32, i32, i32, i32, i32 }
%struct.pair = type { i32, i32 }
%struct.queue = type { ptr, i32 }
%struct.text = type { ptr, ptr, i32, i8 }
%struct.prompt = type { ptr, i32, ptr, i32, i32, i32, ptr, i32, i32, ptr, i32, ptr }
%struct.answer = type { ptr, i32, ptr, i32, i32, i32, i32 }

@row_bytes = internal unnamed_addr constant [12 x i8] c"\04\01\04\04\04\0C\10\10\04\04\14\0C", align 1

define dso_local i32 @tokens_decode(ptr noundef %0, i32 noundef %1, ptr noundef readonly captures(none) %2, i32 noundef %3, i32 noundef %4, ptr noundef writeonly captures(address_is_null) %5, i32 noundef %6) local_unnamed_addr {
  %8 = alloca [4 x i8], align 1
  %9 = alloca %struct.writer, align 8
  %10 = alloca %struct.table, align 8
  call void @llvm.lifetime.start.p0(ptr nonnull %9)
  %11 = getelementptr inbounds nuw i8, ptr %9, i64 18
  store i32 0, ptr %11, align 2
  %12 = getelementptr inbounds nuw i8, ptr %9, i64 22
  store i16 0, ptr %12, align 2
  %13 = getelementptr inbounds nuw i8, ptr %9, i64 24
  %14 = getelementptr inbounds nuw i8, ptr %9, i64 28
  store i32 0, ptr %14, align 4
  call void @llvm.lifetime.start.p0(ptr nonnull %10)
  call void @table_open(ptr noundef nonnull %10, ptr noundef %0, i32 noundef %1)
  %15 = icmp eq i32 %3, 0
  br i1 %15, label %33, label %16

16:                                               ; preds = %7
  %17 = icmp ne i32 %4, 0
  %18 = zext i1 %17 to i8
  %19 = getelementptr inbounds nuw i8, ptr %10, i64 12
  %20 = load i32, ptr %19, align 4
  %21 = getelementptr inbounds nuw i8, ptr %10, i64 40
  %22 = load ptr, ptr %21, align 8
  %23 = getelementptr inbounds nuw i8, ptr %10, i64 48
  %24 = load i32, ptr %23, align 8
  %25 = getelementptr inbounds nuw i8, ptr %10, i64 24
  %26 = load ptr, ptr %25, align 8
  %27 = getelementptr inbounds nuw i8, ptr %10, i64 32
  %28 = load i32, ptr %27, align 8
  %29 = icmp eq ptr %5, null
  %30 = zext i32 %3 to i64
  %31 = freeze i32 %24
  %32 = tail call i32 @llvm.umin.i32(i32 %20, i32 %31)
  br label %35

33:                                               ; preds = %231, %81, %7
  %34 = phi i32 [ 0, %7 ], [ %83, %81 ], [ %233, %231 ]
  call void @llvm.lifetime.end.p0(ptr nonnull %10)
  call void @llvm.lifetime.end.p0(ptr nonnull %9)
  ret i32 %34

35:                                               ; preds = %16, %231
  %36 = phi i32 [ 0, %16 ], [ %232, %231 ]
  %37 = phi i64 [ 0, %16 ], [ %236, %231 ]
  %38 = phi i8 [ %18, %16 ], [ %234, %231 ]
  %39 = phi i32 [ 0, %16 ], [ %233, %231 ]
  %40 = getelementptr inbounds nuw i32, ptr %2, i64 %37
  %41 = load i32, ptr %40, align 4
  %42 = icmp ult i32 %41, %32
  br i1 %42, label %43, label %231

43:                                               ; preds = %35
  %44 = icmp eq i32 %41, 0
  br i1 %44, label %45, label %47

45:                                               ; preds = %43
  %46 = load i32, ptr %22, align 4
  br label %56

47:                                               ; preds = %43
  %48 = add i32 %41, -1
  %49 = zext i32 %48 to i64
  %50 = getelementptr inbounds nuw i32, ptr %22, i64 %49
  %51 = load i32, ptr %50, align 4
  %52 = zext i32 %41 to i64
  %53 = getelementptr inbounds nuw i32, ptr %22, i64 %52
  %54 = load i32, ptr %53, align 4
  %55 = icmp ugt i32 %51, %54
  br i1 %55, label %231, label %56

56:                                               ; preds = %47, %45
  %57 = phi i32 [ %46, %45 ], [ %54, %47 ]
  %58 = phi i32 [ 0, %45 ], [ %51, %47 ]
  %59 = icmp ugt i32 %57, %28
  br i1 %59, label %231, label %60

60:                                               ; preds = %56
  %61 = zext i32 %58 to i64
  %62 = getelementptr inbounds nuw i8, ptr %26, i64 %61
  %63 = icmp eq i32 %57, %58
  br i1 %63, label %231, label %64

64:                                               ; preds = %60
  %65 = sub i32 %57, %58
  %66 = zext i32 %65 to i64
  br label %67

67:                                               ; preds = %64, %223
  %68 = phi i32 [ %36, %64 ], [ %224, %223 ]
  %69 = phi i64 [ 0, %64 ], [ %228, %223 ]
  %70 = phi i8 [ %38, %64 ], [ %226, %223 ]
  %71 = phi i32 [ %39, %64 ], [ %225, %223 ]
  %72 = getelementptr inbounds nuw i8, ptr %62, i64 %69
  %73 = load i8, ptr %72, align 1
  %74 = add i32 %68, 1
  store i32 %74, ptr %13, align 8
  %75 = zext i32 %68 to i64
  %76 = getelementptr inbounds nuw i8, ptr %11, i64 %75
  store i8 %73, ptr %76, align 1
  %77 = load i32, ptr %13, align 8
  %78 = icmp eq i32 %77, 0
  br i1 %78, label %223, label %81

79:                                               ; preds = %205
  %80 = icmp eq i32 %214, 0
  br i1 %80, label %217, label %81

81:                                               ; preds = %67, %79
  %82 = phi i32 [ %214, %79 ], [ %77, %67 ]
  %83 = phi i32 [ %200, %79 ], [ %71, %67 ]
  %84 = phi i8 [ 0, %79 ], [ %70, %67 ]
  %85 = phi i8 [ %201, %79 ], [ 0, %67 ]
  %86 = trunc nuw i8 %85 to i1
  br i1 %86, label %33, label %87

87:                                               ; preds = %81
  %88 = load i8, ptr %11, align 2
  %89 = zext i8 %88 to i32
  %90 = icmp sgt i8 %88, -1
  br i1 %90, label %138, label %91

91:                                               ; preds = %87
  %92 = add nsw i8 %88, 11
  %93 = icmp ult i8 %92, -51
  br i1 %93, label %136, label %94

94:                                               ; preds = %91
  %95 = icmp samesign ugt i8 %88, -33
  %96 = select i1 %95, i32 2, i32 1
  %97 = icmp samesign ugt i8 %88, -17
  %98 = zext i1 %97 to i32
  %99 = add nuw nsw i32 %96, %98
  %100 = lshr i32 63, %99
  %101 = and i32 %100, %89
  %102 = icmp eq i8 %88, -19
  %103 = icmp eq i8 %88, -12
  %104 = select i1 %103, i32 143, i32 191
  %105 = select i1 %102, i32 159, i32 %104
  %106 = icmp eq i8 %88, -32
  %107 = icmp eq i8 %88, -16
  %108 = select i1 %107, i32 144, i32 128
  %109 = select i1 %106, i32 160, i32 %108
  %110 = zext i32 %82 to i64
  %111 = add nuw nsw i32 %99, 1
  %112 = zext nneg i32 %111 to i64
  br label %113

113:                                              ; preds = %126, %94
  %114 = phi i64 [ 1, %94 ], [ %130, %126 ]
  %115 = phi i32 [ %101, %94 ], [ %129, %126 ]
  %116 = phi i32 [ %105, %94 ], [ 191, %126 ]
  %117 = phi i32 [ %109, %94 ], [ 128, %126 ]
  %118 = icmp eq i64 %114, %110
  br i1 %118, label %223, label %119

119:                                              ; preds = %113
  %120 = getelementptr inbounds nuw i8, ptr %11, i64 %114
  %121 = load i8, ptr %120, align 1
  %122 = zext i8 %121 to i32
  %123 = icmp samesign ugt i32 %117, %122
  %124 = icmp samesign ult i32 %116, %122
  %125 = or i1 %123, %124
  br i1 %125, label %134, label %126

126:                                              ; preds = %119
  %127 = shl i32 %115, 6
  %128 = and i32 %122, 63
  %129 = or disjoint i32 %128, %127
  %130 = add nuw nsw i64 %114, 1
  %131 = icmp eq i64 %130, %112
  br i1 %131, label %132, label %113

132:                                              ; preds = %126
  %133 = icmp eq i32 %129, 1114113
  br i1 %133, label %217, label %138

134:                                              ; preds = %119
  %135 = trunc nuw nsw i64 %114 to i32
  br label %136

136:                                              ; preds = %134, %91
  %137 = phi i32 [ 1, %91 ], [ %135, %134 ]
  call void @llvm.lifetime.start.p0(ptr nonnull %8)
  br label %155

138:                                              ; preds = %132, %87
  %139 = phi i32 [ %129, %132 ], [ %89, %87 ]
  %140 = phi i32 [ %111, %132 ], [ 1, %87 ]
  call void @llvm.lifetime.start.p0(ptr nonnull %8)
  %141 = trunc nuw i8 %84 to i1
  %142 = icmp eq i32 %139, 32
  %143 = and i1 %142, %141
  br i1 %143, label %199, label %144

144:                                              ; preds = %138
  %145 = icmp ugt i32 %139, 1114111
  %146 = and i32 %139, 2095104
  %147 = icmp eq i32 %146, 55296
  %148 = or i1 %145, %147
  %149 = select i1 %148, i32 65533, i32 %139
  %150 = freeze i32 %149
  %151 = icmp samesign ult i32 %150, 128
  br i1 %151, label %177, label %152

152:                                              ; preds = %144
  %153 = icmp ugt i32 %150, 2047
  %154 = select i1 %153, i32 2, i32 1
  br label %155

155:                                              ; preds = %152, %136
  %156 = phi i32 [ %140, %152 ], [ %137, %136 ]
  %157 = phi i32 [ %150, %152 ], [ 65533, %136 ]
  %158 = phi i32 [ %154, %152 ], [ 2, %136 ]
  %159 = icmp samesign ugt i32 %157, 65535
  %160 = zext i1 %159 to i32
  %161 = add nuw nsw i32 %158, %160
  br label %166

162:                                              ; preds = %166
  %163 = add nuw nsw i32 %161, 1
  %164 = lshr exact i32 32640, %161
  %165 = or i32 %175, %164
  br label %177

166:                                              ; preds = %166, %155
  %167 = phi i32 [ %161, %155 ], [ %174, %166 ]
  %168 = phi i32 [ %157, %155 ], [ %175, %166 ]
  %169 = trunc i32 %168 to i8
  %170 = and i8 %169, 63
  %171 = or disjoint i8 %170, -128
  %172 = zext i32 %167 to i64
  %173 = getelementptr inbounds nuw i8, ptr %8, i64 %172
  store i8 %171, ptr %173, align 1
  %174 = add i32 %167, -1
  %175 = lshr i32 %168, 6
  %176 = icmp eq i32 %174, 0
  br i1 %176, label %162, label %166

177:                                              ; preds = %162, %144
  %178 = phi i32 [ %156, %162 ], [ %140, %144 ]
  %179 = phi i32 [ %165, %162 ], [ %139, %144 ]
  %180 = phi i32 [ %163, %162 ], [ 1, %144 ]
  %181 = trunc i32 %179 to i8
  store i8 %181, ptr %8, align 1
  %182 = sub i32 %6, %83
  %183 = icmp ugt i32 %180, %182
  br i1 %183, label %199, label %184

184:                                              ; preds = %177
  br i1 %29, label %187, label %185

185:                                              ; preds = %184
  %186 = zext nneg i32 %180 to i64
  br label %189

187:                                              ; preds = %189, %184
  %188 = add i32 %83, %180
  br label %199

189:                                              ; preds = %189, %185
  %190 = phi i64 [ 0, %185 ], [ %197, %189 ]
  %191 = getelementptr inbounds nuw i8, ptr %8, i64 %190
  %192 = load i8, ptr %191, align 1
  %193 = trunc nuw nsw i64 %190 to i32
  %194 = add i32 %83, %193
  %195 = zext i32 %194 to i64
  %196 = getelementptr inbounds nuw i8, ptr %5, i64 %195
  store i8 %192, ptr %196, align 1
  %197 = add nuw nsw i64 %190, 1
  %198 = icmp eq i64 %197, %186
  br i1 %198, label %187, label %189

199:                                              ; preds = %177, %187, %138
  %200 = phi i32 [ %83, %138 ], [ %188, %187 ], [ %83, %177 ]
  %201 = phi i8 [ 0, %138 ], [ 0, %187 ], [ 1, %177 ]
  %202 = phi i32 [ %140, %138 ], [ %178, %187 ], [ %178, %177 ]
  call void @llvm.lifetime.end.p0(ptr nonnull %8)
  %203 = sub i32 %82, %202
  store i32 %203, ptr %13, align 8
  %204 = icmp eq i32 %82, %202
  br i1 %204, label %217, label %205

205:                                              ; preds = %199, %205
  %206 = phi i64 [ %213, %205 ], [ 0, %199 ]
  %207 = trunc nuw i64 %206 to i32
  %208 = add i32 %202, %207
  %209 = zext i32 %208 to i64
  %210 = getelementptr inbounds nuw i8, ptr %11, i64 %209
  %211 = load i8, ptr %210, align 1
  %212 = getelementptr inbounds nuw i8, ptr %11, i64 %206
  store i8 %211, ptr %212, align 1
  %213 = add nuw nsw i64 %206, 1
  %214 = load i32, ptr %13, align 8
  %215 = zext i32 %214 to i64
  %216 = icmp samesign ult i64 %213, %215
  br i1 %216, label %205, label %79

217:                                              ; preds = %199, %132, %79
  %218 = phi i32 [ 0, %79 ], [ %82, %132 ], [ 0, %199 ]
  %219 = phi i32 [ %200, %79 ], [ %83, %132 ], [ %200, %199 ]
  %220 = phi i8 [ 0, %79 ], [ %84, %132 ], [ 0, %199 ]
  %221 = phi i8 [ %201, %79 ], [ 0, %132 ], [ %201, %199 ]
  %222 = trunc nuw i8 %221 to i1
  br label %223

223:                                              ; preds = %113, %217, %67
  %224 = phi i32 [ %218, %217 ], [ 0, %67 ], [ %82, %113 ]
  %225 = phi i32 [ %219, %217 ], [ %71, %67 ], [ %83, %113 ]
  %226 = phi i8 [ %220, %217 ], [ %70, %67 ], [ %84, %113 ]
  %227 = phi i1 [ %222, %217 ], [ false, %67 ], [ false, %113 ]
  %228 = add nuw nsw i64 %69, 1
  %229 = icmp samesign uge i64 %228, %66
  %230 = select i1 %229, i1 true, i1 %227
  br i1 %230, label %231, label %67

231:                                              ; preds = %223, %47, %56, %60, %35
  %232 = phi i32 [ %36, %35 ], [ %36, %60 ], [ %36, %47 ], [ %36, %56 ], [ %224, %223 ]
  %233 = phi i32 [ %39, %35 ], [ %39, %60 ], [ %39, %47 ], [ %39, %56 ], [ %225, %223 ]
  %234 = phi i8 [ %38, %35 ], [ %38, %60 ], [ %38, %47 ], [ %38, %56 ], [ %226, %223 ]
  %235 = phi i1 [ false, %35 ], [ false, %60 ], [ false, %47 ], [ false, %56 ], [ %227, %223 ]
  %236 = add nuw nsw i64 %37, 1
  %237 = icmp samesign uge i64 %236, %30
  %238 = select i1 %237, i1 true, i1 %235
  br i1 %238, label %33, label %35
}

declare void @llvm.lifetime.start.p0(ptr captures(none))

declare void @llvm.memset.p0.i64(ptr writeonly captures(none), i8, i64, i1 immarg)

define dso_local void @table_open(ptr noundef captures(none) initializes((0, 20)) %0, ptr noundef %1, i32 noundef %2) local_unnamed_addr {
  %4 = icmp ugt i32 %2, 127
  br i1 %4, label %5, label %12

5:                                                ; preds = %3
  %6 = load i32, ptr %1, align 4
  %7 = icmp eq i32 %6, 1263490128
  br i1 %7, label %8, label %12

8:                                                ; preds = %5
  %9 = getelementptr inbounds nuw i8, ptr %1, i64 4
  %10 = load i32, ptr %9, align 4
  %11 = icmp eq i32 %10, 1
  br i1 %11, label %16, label %12

12:                                               ; preds = %3, %5, %8
  store i32 0, ptr %0, align 8
  %13 = getelementptr inbounds nuw i8, ptr %0, i64 4
  store i32 0, ptr %13, align 4
  %14 = getelementptr inbounds nuw i8, ptr %0, i64 8
  store i32 0, ptr %14, align 8
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 12
  store i32 0, ptr %15, align 4
  br label %30

16:                                               ; preds = %8
  %17 = getelementptr inbounds nuw i8, ptr %1, i64 8
  %18 = load i32, ptr %17, align 4
  store i32 %18, ptr %0, align 8
  %19 = getelementptr inbounds nuw i8, ptr %1, i64 12
  %20 = load i32, ptr %19, align 4
  %21 = getelementptr inbounds nuw i8, ptr %0, i64 4
  store i32 %20, ptr %21, align 4
  %22 = getelementptr inbounds nuw i8, ptr %1, i64 16
  %23 = load i32, ptr %22, align 4
  %24 = getelementptr inbounds nuw i8, ptr %0, i64 8
  store i32 %23, ptr %24, align 8
  %25 = getelementptr inbounds nuw i8, ptr %1, i64 20
  %26 = load i32, ptr %25, align 4
  %27 = getelementptr inbounds nuw i8, ptr %0, i64 12
  store i32 %26, ptr %27, align 4
  %28 = getelementptr inbounds nuw i8, ptr %1, i64 24
  %29 = load i32, ptr %28, align 4
  br label %30

30:                                               ; preds = %12, %16
  %31 = phi i1 [ true, %16 ], [ false, %12 ]
  %32 = phi i32 [ %29, %16 ], [ -1, %12 ]
  %33 = getelementptr inbounds nuw i8, ptr %0, i64 16
  store i32 %32, ptr %33, align 8
  %34 = getelementptr inbounds nuw i8, ptr %0, i64 40
  br label %42

35:                                               ; preds = %66
  %36 = getelementptr inbounds nuw i8, ptr %0, i64 56
  %37 = load ptr, ptr %36, align 8
  %38 = getelementptr inbounds nuw i8, ptr %0, i64 24
  store ptr %37, ptr %38, align 8
  %39 = getelementptr inbounds nuw i8, ptr %0, i64 64
  %40 = load i32, ptr %39, align 8
  %41 = getelementptr inbounds nuw i8, ptr %0, i64 32
  store i32 %40, ptr %41, align 8
  ret void

42:                                               ; preds = %30, %66
  %43 = phi i64 [ 0, %30 ], [ %74, %66 ]
  br i1 %31, label %44, label %51

44:                                               ; preds = %42
  %45 = shl nuw nsw i64 %43, 3
  %46 = getelementptr inbounds nuw i8, ptr %1, i64 %45
  %47 = getelementptr inbounds nuw i8, ptr %46, i64 32
  %48 = load i32, ptr %47, align 4
  %49 = getelementptr inbounds nuw i8, ptr %46, i64 36
  %50 = load i32, ptr %49, align 4
  br label %51

51:                                               ; preds = %42, %44
  %52 = phi i32 [ %48, %44 ], [ 0, %42 ]
  %53 = phi i32 [ %50, %44 ], [ 0, %42 ]
  %54 = icmp ule i32 %52, %2
  %55 = and i32 %52, 3
  %56 = icmp eq i32 %55, 0
  %57 = and i1 %54, %56
  br i1 %57, label %58, label %65

58:                                               ; preds = %51
  %59 = sub nuw i32 %2, %52
  %60 = getelementptr inbounds nuw i8, ptr @row_bytes, i64 %43
  %61 = load i8, ptr %60, align 1
  %62 = zext i8 %61 to i32
  %63 = udiv i32 %59, %62
  %64 = icmp ugt i32 %53, %63
  br i1 %64, label %65, label %66

65:                                               ; preds = %58, %51
  br label %66

66:                                               ; preds = %65, %58
  %67 = phi i32 [ 0, %65 ], [ %53, %58 ]
  %68 = phi i32 [ 0, %65 ], [ %52, %58 ]
  %69 = getelementptr inbounds nuw %struct.rows, ptr %34, i64 %43
  %70 = zext i32 %68 to i64
  %71 = getelementptr inbounds nuw i8, ptr %1, i64 %70
  store ptr %71, ptr %69, align 8
  %72 = getelementptr inbounds nuw i8, ptr %69, i64 8
  store i32 %67, ptr %72, align 8
  %73 = getelementptr inbounds nuw i8, ptr %69, i64 12
  store i32 0, ptr %73, align 4
  %74 = add nuw nsw i64 %43, 1
  %75 = icmp eq i64 %74, 12
  br i1 %75, label %35, label %42
}

define dso_local { ptr, i32 } @table_symbol(ptr noundef readonly captures(none) %0, i32 noundef %1) local_unnamed_addr {
  %3 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %6 = load i32, ptr %5, align 8
  %7 = icmp ult i32 %1, %6
  br i1 %7, label %11, label %8

8:                                                ; preds = %2
  %9 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %10 = load ptr, ptr %9, align 8
  br label %39

11:                                               ; preds = %2
  %12 = icmp eq i32 %1, 0
  br i1 %12, label %13, label %15

13:                                               ; preds = %11
  %14 = load i32, ptr %4, align 4
  br label %24

15:                                               ; preds = %11
  %16 = add i32 %1, -1
  %17 = zext i32 %16 to i64
  %18 = getelementptr inbounds nuw i32, ptr %4, i64 %17
  %19 = load i32, ptr %18, align 4
  %20 = zext i32 %1 to i64
  %21 = getelementptr inbounds nuw i32, ptr %4, i64 %20
  %22 = load i32, ptr %21, align 4
  %23 = icmp ugt i32 %19, %22
  br i1 %23, label %30, label %24

24:                                               ; preds = %13, %15
  %25 = phi i32 [ %14, %13 ], [ %22, %15 ]
  %26 = phi i32 [ 0, %13 ], [ %19, %15 ]
  %27 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %28 = load i32, ptr %27, align 8
  %29 = icmp ugt i32 %25, %28
  br i1 %29, label %30, label %33

30:                                               ; preds = %24, %15
  %31 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %32 = load ptr, ptr %31, align 8
  br label %39

33:                                               ; preds = %24
  %34 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %35 = load ptr, ptr %34, align 8
  %36 = zext i32 %26 to i64
  %37 = getelementptr inbounds nuw i8, ptr %35, i64 %36
  %38 = sub i32 %25, %26
  br label %39

39:                                               ; preds = %30, %33, %8
  %40 = phi ptr [ %10, %8 ], [ %32, %30 ], [ %37, %33 ]
  %41 = phi i32 [ 0, %8 ], [ 0, %30 ], [ %38, %33 ]
  %42 = insertvalue { ptr, i32 } poison, ptr %40, 0
  %43 = insertvalue { ptr, i32 } %42, i32 %41, 1
  ret { ptr, i32 } %43
}

declare void @llvm.lifetime.end.p0(ptr captures(none))

define dso_local i32 @tokens_encode(ptr noundef %0, i32 noundef %1, ptr noundef readonly captures(none) %2, i32 noundef %3, ptr noundef %4, i32 noundef %5, ptr noundef %6) local_unnamed_addr {
  %8 = alloca %struct.encoder, align 8
  call void @llvm.lifetime.start.p0(ptr nonnull %8)
  %9 = getelementptr inbounds nuw i8, ptr %8, i64 16
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 8 dereferenceable(280) %9, i8 0, i64 280, i1 false)
  %10 = getelementptr inbounds nuw i8, ptr %8, i64 232
  %11 = mul i32 %3, 3
  %12 = add i32 %11, 4
  store i32 %12, ptr %10, align 8
  %13 = getelementptr inbounds nuw i8, ptr %8, i64 240
  store ptr %4, ptr %13, align 8
  %14 = getelementptr inbounds nuw i8, ptr %8, i64 248
  store i32 %5, ptr %14, align 8
  call void @table_open(ptr noundef nonnull %8, ptr noundef %0, i32 noundef %1)
  %15 = load i32, ptr %8, align 8
  %16 = add i32 %15, -3
  %17 = icmp ult i32 %16, -2
  br i1 %17, label %133, label %18

18:                                               ; preds = %7
  %19 = getelementptr inbounds nuw i8, ptr %8, i64 280
  store ptr %6, ptr %19, align 8
  %20 = load i32, ptr %10, align 8
  %21 = zext i32 %20 to i64
  %22 = getelementptr inbounds nuw %struct.symbol, ptr %6, i64 %21
  %23 = getelementptr inbounds nuw i8, ptr %8, i64 288
  store ptr %22, ptr %23, align 8
  %24 = mul i32 %20, 3
  %25 = zext i32 %24 to i64
  %26 = getelementptr inbounds nuw %struct.pair, ptr %22, i64 %25
  %27 = getelementptr inbounds nuw i8, ptr %8, i64 264
  store ptr %26, ptr %27, align 8
  %28 = getelementptr inbounds nuw i8, ptr %26, i64 %21
  %29 = getelementptr inbounds nuw i8, ptr %8, i64 272
  store ptr %28, ptr %29, align 8
  %30 = icmp eq i32 %3, 0
  br i1 %30, label %31, label %35

31:                                               ; preds = %125, %18
  %32 = phi i32 [ 0, %18 ], [ %130, %125 ]
  call fastcc void @split(ptr noundef nonnull %8, i32 noundef 6, ptr %26, i32 %32, ptr noundef nonnull @encode_between)
  %33 = getelementptr inbounds nuw i8, ptr %8, i64 252
  %34 = load i32, ptr %33, align 4
  br label %133

35:                                               ; preds = %18, %125
  %36 = phi i32 [ %130, %125 ], [ 0, %18 ]
  %37 = phi i32 [ %131, %125 ], [ 0, %18 ]
  %38 = zext i32 %36 to i64
  %39 = getelementptr inbounds nuw i8, ptr %26, i64 %38
  %40 = zext i32 %37 to i64
  %41 = getelementptr inbounds nuw i8, ptr %2, i64 %40
  %42 = sub nuw i32 %3, %37
  %43 = load i8, ptr %41, align 1
  %44 = zext i8 %43 to i32
  %45 = icmp sgt i8 %43, -1
  br i1 %45, label %87, label %46

46:                                               ; preds = %35
  %47 = add nsw i8 %43, 11
  %48 = icmp ult i8 %47, -51
  br i1 %48, label %103, label %49

49:                                               ; preds = %46
  %50 = icmp samesign ugt i8 %43, -33
  %51 = select i1 %50, i32 2, i32 1
  %52 = icmp samesign ugt i8 %43, -17
  %53 = zext i1 %52 to i32
  %54 = add nuw nsw i32 %51, %53
  %55 = lshr i32 63, %54
  %56 = and i32 %55, %44
  %57 = icmp eq i8 %43, -19
  %58 = icmp eq i8 %43, -12
  %59 = select i1 %58, i32 143, i32 191
  %60 = select i1 %57, i32 159, i32 %59
  %61 = icmp eq i8 %43, -32
  %62 = icmp eq i8 %43, -16
  %63 = select i1 %62, i32 144, i32 128
  %64 = select i1 %61, i32 160, i32 %63
  %65 = zext i32 %42 to i64
  %66 = add nuw nsw i32 %54, 1
  %67 = zext nneg i32 %66 to i64
  br label %68

68:                                               ; preds = %81, %49
  %69 = phi i64 [ 1, %49 ], [ %85, %81 ]
  %70 = phi i32 [ %56, %49 ], [ %84, %81 ]
  %71 = phi i32 [ %60, %49 ], [ 191, %81 ]
  %72 = phi i32 [ %64, %49 ], [ 128, %81 ]
  %73 = icmp eq i64 %69, %65
  br i1 %73, label %100, label %74

74:                                               ; preds = %68
  %75 = getelementptr inbounds nuw i8, ptr %41, i64 %69
  %76 = load i8, ptr %75, align 1
  %77 = zext i8 %76 to i32
  %78 = icmp samesign ugt i32 %72, %77
  %79 = icmp samesign ult i32 %71, %77
  %80 = or i1 %78, %79
  br i1 %80, label %100, label %81

81:                                               ; preds = %74
  %82 = shl i32 %70, 6
  %83 = and i32 %77, 63
  %84 = or disjoint i32 %83, %82
  %85 = add nuw nsw i64 %69, 1
  %86 = icmp eq i64 %85, %67
  br i1 %86, label %87, label %68

87:                                               ; preds = %81, %35
  %88 = phi i32 [ 1, %35 ], [ %66, %81 ]
  %89 = phi i32 [ %44, %35 ], [ %84, %81 ]
  %90 = icmp ugt i32 %89, 1114111
  %91 = and i32 %89, 2095104
  %92 = icmp eq i32 %91, 55296
  %93 = or i1 %90, %92
  %94 = select i1 %93, i32 65533, i32 %89
  %95 = freeze i32 %94
  %96 = icmp samesign ult i32 %95, 128
  br i1 %96, label %125, label %97

97:                                               ; preds = %87
  %98 = icmp ugt i32 %95, 2047
  %99 = select i1 %98, i32 2, i32 1
  br label %103

100:                                              ; preds = %68, %74
  %101 = phi i64 [ %65, %68 ], [ %69, %74 ]
  %102 = trunc nuw nsw i64 %101 to i32
  br label %103

103:                                              ; preds = %100, %97, %46
  %104 = phi i32 [ %88, %97 ], [ 1, %46 ], [ %102, %100 ]
  %105 = phi i32 [ %95, %97 ], [ 65533, %46 ], [ 65533, %100 ]
  %106 = phi i32 [ %99, %97 ], [ 2, %46 ], [ 2, %100 ]
  %107 = icmp samesign ugt i32 %105, 65535
  %108 = zext i1 %107 to i32
  %109 = add nuw nsw i32 %106, %108
  br label %114

110:                                              ; preds = %114
  %111 = add nuw nsw i32 %109, 1
  %112 = lshr exact i32 32640, %109
  %113 = or i32 %123, %112
  br label %125

114:                                              ; preds = %114, %103
  %115 = phi i32 [ %109, %103 ], [ %122, %114 ]
  %116 = phi i32 [ %105, %103 ], [ %123, %114 ]
  %117 = trunc i32 %116 to i8
  %118 = and i8 %117, 63
  %119 = or disjoint i8 %118, -128
  %120 = zext i32 %115 to i64
  %121 = getelementptr inbounds nuw i8, ptr %39, i64 %120
  store i8 %119, ptr %121, align 1
  %122 = add i32 %115, -1
  %123 = lshr i32 %116, 6
  %124 = icmp eq i32 %122, 0
  br i1 %124, label %110, label %114

125:                                              ; preds = %87, %110
  %126 = phi i32 [ %104, %110 ], [ %88, %87 ]
  %127 = phi i32 [ %113, %110 ], [ %89, %87 ]
  %128 = phi i32 [ %111, %110 ], [ 1, %87 ]
  %129 = trunc i32 %127 to i8
  store i8 %129, ptr %39, align 1
  %130 = add i32 %128, %36
  %131 = add i32 %126, %37
  %132 = icmp ult i32 %131, %3
  br i1 %132, label %35, label %31

133:                                              ; preds = %7, %31
  %134 = phi i32 [ %34, %31 ], [ 0, %7 ]
  call void @llvm.lifetime.end.p0(ptr nonnull %8)
  ret i32 %134
}

define fastcc void @split(ptr noundef %0, i32 noundef range(i32 6, 8) %1, ptr %2, i32 %3, ptr noundef readonly captures(none) %4) unnamed_addr {
  %6 = alloca i32, align 4
  %7 = zext nneg i32 %1 to i64
  %8 = getelementptr inbounds nuw %struct.rows, ptr %0, i64 %7
  %9 = getelementptr inbounds nuw i8, ptr %8, i64 48
  %10 = load i32, ptr %9, align 8
  %11 = icmp eq i32 %10, 0
  %12 = select i1 %11, i32 %3, i32 0
  %13 = icmp ult i32 %12, %3
  br i1 %13, label %14, label %87

14:                                               ; preds = %5
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 252
  %16 = getelementptr inbounds nuw i8, ptr %0, i64 248
  %17 = getelementptr inbounds nuw i8, ptr %0, i64 240
  br label %18

18:                                               ; preds = %14, %82
  %19 = phi i32 [ 0, %14 ], [ %84, %82 ]
  %20 = phi i32 [ %12, %14 ], [ %85, %82 ]
  %21 = zext i32 %20 to i64
  %22 = getelementptr inbounds nuw i8, ptr %2, i64 %21
  %23 = sub nuw i32 %3, %20
  call void @llvm.lifetime.start.p0(ptr nonnull %6)
  store i32 -1, ptr %6, align 4
  %24 = call i32 @table_added(ptr noundef %0, i32 noundef %1, ptr %22, i32 %23, ptr noundef nonnull %6)
  %25 = icmp ne i32 %24, 0
  %26 = load i32, ptr %6, align 4
  %27 = icmp ne i32 %26, -1
  %28 = select i1 %25, i1 %27, i1 false
  br i1 %28, label %29, label %43

29:                                               ; preds = %18
  %30 = zext i32 %19 to i64
  %31 = getelementptr inbounds nuw i8, ptr %2, i64 %30
  %32 = sub i32 %20, %19
  tail call void %4(ptr noundef %0, ptr %31, i32 %32)
  %33 = load i32, ptr %15, align 4
  %34 = load i32, ptr %16, align 8
  %35 = icmp ult i32 %33, %34
  br i1 %35, label %36, label %41

36:                                               ; preds = %29
  %37 = load ptr, ptr %17, align 8
  %38 = add nuw i32 %33, 1
  store i32 %38, ptr %15, align 4
  %39 = zext i32 %33 to i64
  %40 = getelementptr inbounds nuw i32, ptr %37, i64 %39
  store i32 %26, ptr %40, align 4
  br label %41

41:                                               ; preds = %29, %36
  %42 = add i32 %24, %20
  br label %82

43:                                               ; preds = %18
  br i1 %25, label %82, label %44

44:                                               ; preds = %43
  %45 = load i8, ptr %22, align 1
  %46 = add i8 %45, 11
  %47 = icmp ult i8 %46, -51
  br i1 %47, label %82, label %48

48:                                               ; preds = %44
  %49 = icmp samesign ugt i8 %45, -33
  %50 = select i1 %49, i32 2, i32 1
  %51 = icmp samesign ugt i8 %45, -17
  %52 = zext i1 %51 to i32
  %53 = add nuw nsw i32 %50, %52
  %54 = icmp eq i8 %45, -19
  %55 = icmp eq i8 %45, -12
  %56 = select i1 %55, i32 143, i32 191
  %57 = select i1 %54, i32 159, i32 %56
  %58 = icmp eq i8 %45, -32
  %59 = icmp eq i8 %45, -16
  %60 = select i1 %59, i32 144, i32 128
  %61 = select i1 %58, i32 160, i32 %60
  %62 = zext i32 %23 to i64
  %63 = add nuw nsw i32 %53, 1
  %64 = zext nneg i32 %63 to i64
  br label %65

65:                                               ; preds = %77, %48
  %66 = phi i64 [ 1, %48 ], [ %78, %77 ]
  %67 = phi i32 [ %57, %48 ], [ 191, %77 ]
  %68 = phi i32 [ %61, %48 ], [ 128, %77 ]
  %69 = icmp eq i64 %66, %62
  br i1 %69, label %82, label %70

70:                                               ; preds = %65
  %71 = getelementptr inbounds nuw i8, ptr %22, i64 %66
  %72 = load i8, ptr %71, align 1
  %73 = zext i8 %72 to i32
  %74 = icmp samesign ugt i32 %68, %73
  %75 = icmp samesign ult i32 %67, %73
  %76 = or i1 %74, %75
  br i1 %76, label %80, label %77

77:                                               ; preds = %70
  %78 = add nuw nsw i64 %66, 1
  %79 = icmp eq i64 %78, %64
  br i1 %79, label %82, label %65

80:                                               ; preds = %70
  %81 = trunc nuw nsw i64 %66 to i32
  br label %82

82:                                               ; preds = %77, %65, %80, %44, %43, %41
  %83 = phi i32 [ %24, %41 ], [ %24, %43 ], [ 1, %44 ], [ %81, %80 ], [ %63, %77 ], [ %23, %65 ]
  %84 = phi i32 [ %42, %41 ], [ %19, %43 ], [ %19, %44 ], [ %19, %80 ], [ %19, %65 ], [ %19, %77 ]
  %85 = add i32 %83, %20
  call void @llvm.lifetime.end.p0(ptr nonnull %6)
  %86 = icmp ult i32 %85, %3
  br i1 %86, label %18, label %87

87:                                               ; preds = %82, %5
  %88 = phi i32 [ 0, %5 ], [ %84, %82 ]
  %89 = zext i32 %88 to i64
  %90 = getelementptr inbounds nuw i8, ptr %2, i64 %89
  %91 = sub i32 %3, %88
  tail call void %4(ptr noundef %0, ptr %90, i32 %91)
  ret void
}

define void @encode_between(ptr noundef %0, ptr %1, i32 %2) {
  %4 = icmp eq i32 %2, 0
  br i1 %4, label %119, label %5

5:                                                ; preds = %3
  %6 = load i32, ptr %0, align 8
  %7 = icmp eq i32 %6, 1
  %8 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %9 = load i32, ptr %8, align 8
  br i1 %7, label %10, label %101

10:                                               ; preds = %5
  %11 = and i32 %9, 8
  %12 = icmp ne i32 %11, 0
  br i1 %12, label %13, label %25

13:                                               ; preds = %10
  %14 = zext i32 %2 to i64
  br label %15

15:                                               ; preds = %20, %13
  %16 = phi i64 [ 0, %13 ], [ %21, %20 ]
  %17 = getelementptr inbounds nuw i8, ptr %1, i64 %16
  %18 = load i8, ptr %17, align 1
  %19 = icmp eq i8 %18, 32
  br i1 %19, label %20, label %23

20:                                               ; preds = %15
  %21 = add nuw nsw i64 %16, 1
  %22 = icmp eq i64 %21, %14
  br i1 %22, label %50, label %15

23:                                               ; preds = %15
  %24 = trunc nuw i64 %16 to i32
  br label %25

25:                                               ; preds = %23, %10
  %26 = phi i32 [ 0, %10 ], [ %24, %23 ]
  %27 = and i32 %9, 2
  %28 = icmp eq i32 %27, 0
  br i1 %28, label %29, label %36

29:                                               ; preds = %25
  %30 = getelementptr inbounds nuw i8, ptr %0, i64 264
  %31 = load ptr, ptr %30, align 8
  %32 = icmp eq ptr %1, %31
  %33 = and i32 %9, 1
  %34 = icmp ne i32 %33, 0
  %35 = select i1 %34, i1 %32, i1 false
  br i1 %35, label %36, label %45

36:                                               ; preds = %29, %25
  %37 = and i32 %9, 4
  %38 = icmp eq i32 %37, 0
  br i1 %38, label %42, label %39

39:                                               ; preds = %36
  %40 = tail call fastcc i32 @space_at(ptr noundef nonnull readonly %0, ptr readonly %1, i32 range(i32 1, 0) %2, i32 noundef %26)
  %41 = icmp eq i32 %40, 0
  br i1 %41, label %42, label %45

42:                                               ; preds = %39, %36
  %43 = getelementptr inbounds nuw i8, ptr %0, i64 272
  %44 = load ptr, ptr %43, align 8
  store i8 32, ptr %44, align 1
  br label %45

45:                                               ; preds = %42, %39, %29
  %46 = phi i32 [ 0, %29 ], [ 0, %39 ], [ 1, %42 ]
  %47 = icmp ult i32 %26, %2
  br i1 %47, label %48, label %50

48:                                               ; preds = %45
  %49 = getelementptr inbounds nuw i8, ptr %0, i64 272
  br label %55

50:                                               ; preds = %20, %85, %45
  %51 = phi i32 [ %46, %45 ], [ %86, %85 ], [ 0, %20 ]
  %52 = getelementptr inbounds nuw i8, ptr %0, i64 272
  %53 = zext i32 %51 to i64
  %54 = load ptr, ptr %52, align 8
  br label %90

55:                                               ; preds = %85, %48
  %56 = phi i32 [ %26, %48 ], [ %88, %85 ]
  %57 = phi i32 [ %46, %48 ], [ %86, %85 ]
  %58 = tail call fastcc i32 @space_at(ptr noundef nonnull readonly %0, ptr readonly %1, i32 range(i32 1, 0) %2, i32 noundef %56)
  %59 = icmp eq i32 %58, 0
  br i1 %59, label %60, label %64

60:                                               ; preds = %55
  %61 = zext i32 %56 to i64
  %62 = getelementptr inbounds nuw i8, ptr %1, i64 %61
  %63 = load i8, ptr %62, align 1
  br label %78

64:                                               ; preds = %55
  br i1 %12, label %65, label %78

65:                                               ; preds = %64
  %66 = zext i32 %56 to i64
  %67 = getelementptr inbounds nuw i8, ptr %1, i64 %66
  %68 = load i8, ptr %67, align 1
  %69 = icmp eq i8 %68, 32
  %70 = icmp ne i32 %56, 0
  %71 = and i1 %70, %69
  br i1 %71, label %72, label %78

72:                                               ; preds = %65
  %73 = add i32 %56, -1
  %74 = zext i32 %73 to i64
  %75 = getelementptr inbounds nuw i8, ptr %1, i64 %74
  %76 = load i8, ptr %75, align 1
  %77 = icmp eq i8 %76, 32
  br i1 %77, label %85, label %78

78:                                               ; preds = %72, %65, %64, %60
  %79 = phi i8 [ %63, %60 ], [ 32, %72 ], [ 32, %65 ], [ 32, %64 ]
  %80 = phi i32 [ 1, %60 ], [ %58, %72 ], [ %58, %65 ], [ %58, %64 ]
  %81 = load ptr, ptr %49, align 8
  %82 = add i32 %57, 1
  %83 = zext i32 %57 to i64
  %84 = getelementptr inbounds nuw i8, ptr %81, i64 %83
  store i8 %79, ptr %84, align 1
  br label %85

85:                                               ; preds = %78, %72
  %86 = phi i32 [ %57, %72 ], [ %82, %78 ]
  %87 = phi i32 [ %58, %72 ], [ %80, %78 ]
  %88 = add i32 %87, %56
  %89 = icmp ult i32 %88, %2
  br i1 %89, label %55, label %50

90:                                               ; preds = %94, %50
  %91 = phi i64 [ %53, %50 ], [ %95, %94 ]
  %92 = icmp ne i64 %91, 0
  %93 = select i1 %12, i1 %92, i1 false
  br i1 %93, label %94, label %99

94:                                               ; preds = %90
  %95 = add nsw i64 %91, -1
  %96 = getelementptr inbounds nuw i8, ptr %54, i64 %95
  %97 = load i8, ptr %96, align 1
  %98 = icmp eq i8 %97, 32
  br i1 %98, label %90, label %99

99:                                               ; preds = %90, %94
  %100 = trunc nuw i64 %91 to i32
  br label %116

101:                                              ; preds = %5
  %102 = and i32 %9, 32
  %103 = icmp eq i32 %102, 0
  br i1 %103, label %116, label %104

104:                                              ; preds = %101
  %105 = getelementptr inbounds nuw i8, ptr %0, i64 280
  %106 = load ptr, ptr %105, align 8
  %107 = getelementptr inbounds nuw i8, ptr %0, i64 272
  %108 = load ptr, ptr %107, align 8
  %109 = getelementptr inbounds nuw i8, ptr %0, i64 232
  %110 = load i32, ptr %109, align 8
  %111 = shl i32 %110, 1
  %112 = zext i32 %111 to i64
  %113 = getelementptr inbounds nuw i32, ptr %106, i64 %112
  %114 = tail call i32 @compose(ptr noundef nonnull %0, ptr %1, i32 %2, ptr noundef %108, i32 noundef %110, ptr noundef %106, ptr noundef %113)
  %115 = load ptr, ptr %107, align 8
  br label %116

116:                                              ; preds = %101, %104, %99
  %117 = phi ptr [ %54, %99 ], [ %115, %104 ], [ %1, %101 ]
  %118 = phi i32 [ %100, %99 ], [ %114, %104 ], [ %2, %101 ]
  tail call fastcc void @split(ptr noundef nonnull %0, i32 noundef 7, ptr %117, i32 %118, ptr noundef nonnull @encode_words)
  br label %119

119:                                              ; preds = %3, %116
  ret void
}

define dso_local void @merge(ptr noundef readonly captures(none) %0, ptr noundef captures(none) %1, i32 noundef %2, ptr noundef %3) local_unnamed_addr {
  %5 = alloca %struct.queue, align 8
  call void @llvm.lifetime.start.p0(ptr nonnull %5)
  store ptr %3, ptr %5, align 8
  %6 = getelementptr inbounds nuw i8, ptr %5, i64 8
  store i32 0, ptr %6, align 8
  %7 = getelementptr inbounds nuw i8, ptr %5, i64 12
  store i32 0, ptr %7, align 4
  %8 = icmp eq i32 %2, 0
  br i1 %8, label %120, label %9

9:                                                ; preds = %4
  %10 = zext i32 %2 to i64
  br label %11

11:                                               ; preds = %9, %11
  %12 = phi i64 [ 0, %9 ], [ %17, %11 ]
  %13 = trunc nuw i64 %12 to i32
  %14 = add i32 %13, -1
  %15 = getelementptr inbounds nuw %struct.symbol, ptr %1, i64 %12
  %16 = getelementptr inbounds nuw i8, ptr %15, i64 8
  store i32 %14, ptr %16, align 4
  %17 = add nuw nsw i64 %12, 1
  %18 = getelementptr inbounds nuw i8, ptr %15, i64 12
  %19 = trunc nuw i64 %17 to i32
  store i32 %19, ptr %18, align 4
  %20 = icmp eq i64 %17, %10
  br i1 %20, label %24, label %11

21:                                               ; preds = %24
  %22 = load i32, ptr %6, align 8
  %23 = icmp eq i32 %22, 0
  br i1 %23, label %120, label %28

24:                                               ; preds = %11, %24
  %25 = phi i32 [ %26, %24 ], [ 0, %11 ]
  call fastcc void @pair_up(ptr noundef %0, ptr noundef nonnull %1, i32 noundef %2, i32 noundef %25, ptr noundef %5)
  %26 = add nuw i32 %25, 1
  %27 = icmp eq i32 %26, %2
  br i1 %27, label %21, label %24

28:                                               ; preds = %21, %117
  %29 = phi i32 [ %118, %117 ], [ %22, %21 ]
  %30 = load ptr, ptr %5, align 8
  %31 = load i64, ptr %30, align 4
  %32 = add i32 %29, -1
  store i32 %32, ptr %6, align 8
  %33 = zext i32 %32 to i64
  %34 = getelementptr inbounds nuw %struct.pair, ptr %30, i64 %33
  %35 = load i64, ptr %34, align 4
  %36 = icmp ugt i32 %32, 1
  br i1 %36, label %37, label %87

37:                                               ; preds = %28
  %38 = trunc i64 %35 to i32
  %39 = lshr i64 %35, 32
  br label %40

40:                                               ; preds = %77, %37
  %41 = phi i32 [ 1, %37 ], [ %81, %77 ]
  %42 = phi i32 [ 0, %37 ], [ %67, %77 ]
  %43 = add nuw i32 %41, 1
  %44 = icmp ult i32 %43, %32
  br i1 %44, label %47, label %45

45:                                               ; preds = %40
  %46 = zext i32 %41 to i64
  br label %65

47:                                               ; preds = %40
  %48 = zext i32 %43 to i64
  %49 = getelementptr inbounds nuw %struct.pair, ptr %30, i64 %48
  %50 = zext i32 %41 to i64
  %51 = getelementptr inbounds nuw %struct.pair, ptr %30, i64 %50
  %52 = load i64, ptr %49, align 4
  %53 = load i64, ptr %51, align 4
  %54 = trunc i64 %52 to i32
  %55 = trunc i64 %53 to i32
  %56 = icmp ult i32 %54, %55
  br i1 %56, label %64, label %57

57:                                               ; preds = %47
  %58 = lshr i64 %53, 32
  %59 = lshr i64 %52, 32
  %60 = icmp eq i32 %54, %55
  %61 = icmp samesign ult i64 %59, %58
  %62 = select i1 %60, i1 %61, i1 false
  %63 = freeze i1 %62
  br i1 %63, label %64, label %65

64:                                               ; preds = %57, %47
  br label %65

65:                                               ; preds = %64, %57, %45
  %66 = phi i64 [ %46, %45 ], [ %48, %64 ], [ %50, %57 ]
  %67 = phi i32 [ %41, %45 ], [ %43, %64 ], [ %41, %57 ]
  %68 = getelementptr inbounds nuw %struct.pair, ptr %30, i64 %66
  %69 = load i64, ptr %68, align 4
  %70 = trunc i64 %69 to i32
  %71 = icmp ult i32 %70, %38
  br i1 %71, label %77, label %72

72:                                               ; preds = %65
  %73 = lshr i64 %69, 32
  %74 = icmp eq i32 %70, %38
  %75 = icmp samesign ult i64 %73, %39
  %76 = select i1 %74, i1 %75, i1 false
  br i1 %76, label %77, label %84

77:                                               ; preds = %72, %65
  %78 = zext i32 %42 to i64
  %79 = getelementptr inbounds nuw %struct.pair, ptr %30, i64 %78
  store i64 %69, ptr %79, align 4
  %80 = shl i32 %67, 1
  %81 = or disjoint i32 %80, 1
  %82 = icmp ult i32 %81, %32
  br i1 %82, label %40, label %83

83:                                               ; preds = %77
  br label %84

84:                                               ; preds = %72, %83
  %85 = phi i32 [ %67, %83 ], [ %42, %72 ]
  %86 = zext i32 %85 to i64
  br label %87

87:                                               ; preds = %28, %84
  %88 = phi i64 [ 0, %28 ], [ %86, %84 ]
  %89 = getelementptr inbounds nuw %struct.pair, ptr %30, i64 %88
  store i64 %35, ptr %89, align 4
  %90 = trunc i64 %31 to i32
  %91 = lshr i64 %31, 32
  %92 = trunc nuw i64 %91 to i32
  %93 = getelementptr inbounds nuw %struct.symbol, ptr %1, i64 %91
  %94 = getelementptr inbounds nuw i8, ptr %93, i64 16
  %95 = load i32, ptr %94, align 4
  %96 = icmp eq i32 %95, %90
  br i1 %96, label %97, label %117

97:                                               ; preds = %87
  %98 = getelementptr inbounds nuw i8, ptr %93, i64 12
  %99 = load i32, ptr %98, align 4
  %100 = zext i32 %99 to i64
  %101 = getelementptr inbounds nuw %struct.symbol, ptr %1, i64 %100
  %102 = getelementptr inbounds nuw i8, ptr %93, i64 20
  %103 = load i32, ptr %102, align 4
  store i32 %103, ptr %93, align 4
  %104 = getelementptr inbounds nuw i8, ptr %101, i64 12
  %105 = load i32, ptr %104, align 4
  store i32 %105, ptr %98, align 4
  %106 = getelementptr inbounds nuw i8, ptr %101, i64 16
  store i32 -1, ptr %106, align 4
  %107 = icmp ult i32 %105, %2
  br i1 %107, label %108, label %112

108:                                              ; preds = %97
  %109 = zext i32 %105 to i64
  %110 = getelementptr inbounds nuw %struct.symbol, ptr %1, i64 %109
  %111 = getelementptr inbounds nuw i8, ptr %110, i64 8
  store i32 %92, ptr %111, align 4
  br label %112

112:                                              ; preds = %108, %97
  call fastcc void @pair_up(ptr noundef %0, ptr noundef nonnull %1, i32 noundef %2, i32 noundef %92, ptr noundef %5)
  %113 = getelementptr inbounds nuw i8, ptr %93, i64 8
  %114 = load i32, ptr %113, align 4
  %115 = icmp ult i32 %114, %2
  br i1 %115, label %116, label %117

116:                                              ; preds = %112
  call fastcc void @pair_up(ptr noundef %0, ptr noundef nonnull %1, i32 noundef %2, i32 noundef %114, ptr noundef %5)
  br label %117

117:                                              ; preds = %112, %116, %87
  %118 = load i32, ptr %6, align 8
  %119 = icmp eq i32 %118, 0
  br i1 %119, label %120, label %28

120:                                              ; preds = %117, %4, %21
  call void @llvm.lifetime.end.p0(ptr nonnull %5)
  ret void
}

define fastcc void @pair_up(ptr noundef readonly captures(none) %0, ptr noundef captures(none) %1, i32 noundef %2, i32 noundef %3, ptr noundef nonnull captures(none) %4) unnamed_addr {
  %6 = zext i32 %3 to i64
  %7 = getelementptr inbounds nuw %struct.symbol, ptr %1, i64 %6
  %8 = getelementptr inbounds nuw i8, ptr %7, i64 16
  store i32 -1, ptr %8, align 4
  %9 = getelementptr inbounds nuw i8, ptr %7, i64 12
  %10 = load i32, ptr %9, align 4
  %11 = icmp ult i32 %10, %2
  br i1 %11, label %12, label %60

12:                                               ; preds = %5
  %13 = load i32, ptr %7, align 4
  %14 = zext i32 %10 to i64
  %15 = getelementptr inbounds nuw %struct.symbol, ptr %1, i64 %14
  %16 = load i32, ptr %15, align 4
  %17 = tail call ptr @table_pair(ptr noundef %0, i32 noundef %13, i32 noundef %16)
  %18 = icmp eq ptr %17, null
  br i1 %18, label %60, label %19

19:                                               ; preds = %12
  %20 = getelementptr inbounds nuw i8, ptr %17, i64 4
  %21 = load i32, ptr %20, align 4
  %22 = icmp eq i32 %21, -1
  br i1 %22, label %60, label %23

23:                                               ; preds = %19
  store i32 %21, ptr %8, align 4
  %24 = getelementptr inbounds nuw i8, ptr %17, i64 8
  %25 = load i32, ptr %24, align 4
  %26 = getelementptr inbounds nuw i8, ptr %7, i64 20
  store i32 %25, ptr %26, align 4
  %27 = shl nuw i64 %6, 32
  %28 = zext i32 %21 to i64
  %29 = or disjoint i64 %27, %28
  %30 = getelementptr inbounds nuw i8, ptr %4, i64 8
  %31 = load i32, ptr %30, align 8
  %32 = add i32 %31, 1
  store i32 %32, ptr %30, align 8
  %33 = icmp eq i32 %31, 0
  br i1 %33, label %56, label %34

34:                                               ; preds = %23, %49
  %35 = phi i32 [ %37, %49 ], [ %31, %23 ]
  %36 = add i32 %35, -1
  %37 = lshr i32 %36, 1
  %38 = load ptr, ptr %4, align 8
  %39 = zext nneg i32 %37 to i64
  %40 = getelementptr inbounds nuw %struct.pair, ptr %38, i64 %39
  %41 = load i64, ptr %40, align 4
  %42 = trunc i64 %41 to i32
  %43 = icmp ult i32 %21, %42
  br i1 %43, label %49, label %44

44:                                               ; preds = %34
  %45 = lshr i64 %41, 32
  %46 = icmp eq i32 %21, %42
  %47 = icmp samesign ugt i64 %45, %6
  %48 = select i1 %46, i1 %47, i1 false
  br i1 %48, label %49, label %53

49:                                               ; preds = %44, %34
  %50 = zext i32 %35 to i64
  %51 = getelementptr inbounds nuw %struct.pair, ptr %38, i64 %50
  store i64 %41, ptr %51, align 4
  %52 = icmp eq i32 %37, 0
  br i1 %52, label %53, label %34

53:                                               ; preds = %49, %44
  %54 = phi i32 [ 0, %49 ], [ %35, %44 ]
  %55 = zext i32 %54 to i64
  br label %56

56:                                               ; preds = %23, %53
  %57 = phi i64 [ 0, %23 ], [ %55, %53 ]
  %58 = load ptr, ptr %4, align 8
  %59 = getelementptr inbounds nuw %struct.pair, ptr %58, i64 %57
  store i64 %29, ptr %59, align 4
  br label %60

60:                                               ; preds = %56, %19, %12, %5
  ret void
}

define dso_local i32 @compose(ptr noundef readonly captures(none) %0, ptr readonly captures(none) %1, i32 %2, ptr noundef writeonly captures(none) %3, i32 noundef %4, ptr noundef captures(none) %5, ptr noundef captures(none) %6) local_unnamed_addr {
  %8 = alloca [256 x i32], align 16
  %9 = icmp eq i32 %2, 0
  br i1 %9, label %23, label %10

10:                                               ; preds = %7
  %11 = zext i32 %2 to i64
  br label %15

12:                                               ; preds = %15
  %13 = add nuw nsw i64 %16, 1
  %14 = icmp eq i64 %13, %11
  br i1 %14, label %23, label %15

15:                                               ; preds = %12, %10
  %16 = phi i64 [ 0, %10 ], [ %13, %12 ]
  %17 = getelementptr inbounds nuw i8, ptr %1, i64 %16
  %18 = load i8, ptr %17, align 1
  %19 = icmp ult i8 %18, -52
  br i1 %19, label %12, label %20

20:                                               ; preds = %15
  %21 = getelementptr inbounds nuw i8, ptr %0, i64 200
  %22 = getelementptr inbounds nuw i8, ptr %0, i64 208
  br label %199

23:                                               ; preds = %12, %7
  %24 = tail call i32 @llvm.umin.i32(i32 %2, i32 %4)
  %25 = icmp eq i32 %24, 0
  br i1 %25, label %369, label %26

26:                                               ; preds = %23
  %27 = zext i32 %24 to i64
  br label %28

28:                                               ; preds = %26, %28
  %29 = phi i64 [ 0, %26 ], [ %33, %28 ]
  %30 = getelementptr inbounds nuw i8, ptr %1, i64 %29
  %31 = load i8, ptr %30, align 1
  %32 = getelementptr inbounds nuw i8, ptr %3, i64 %29
  store i8 %31, ptr %32, align 1
  %33 = add nuw nsw i64 %29, 1
  %34 = icmp eq i64 %33, %27
  br i1 %34, label %369, label %28

35:                                               ; preds = %319
  %36 = icmp eq i32 %322, 0
  br i1 %36, label %369, label %37

37:                                               ; preds = %35
  %38 = zext i32 %322 to i64
  br label %39

39:                                               ; preds = %102, %37
  %40 = phi i32 [ %105, %102 ], [ 0, %37 ]
  %41 = zext i32 %40 to i64
  %42 = add nuw i32 %40, 1
  %43 = tail call i32 @llvm.umax.i32(i32 %322, i32 %42)
  br label %44

44:                                               ; preds = %50, %39
  %45 = phi i64 [ %41, %39 ], [ %51, %50 ]
  %46 = getelementptr inbounds nuw i32, ptr %5, i64 %45
  %47 = load i32, ptr %46, align 4
  %48 = tail call range(i32 0, 256) i32 @table_property(ptr noundef readonly %0, i32 noundef 9, i32 noundef %47)
  %49 = icmp eq i32 %48, 0
  br i1 %49, label %53, label %50

50:                                               ; preds = %44
  %51 = add nuw nsw i64 %45, 1
  %52 = icmp samesign ult i64 %51, %38
  br i1 %52, label %44, label %55

53:                                               ; preds = %44
  %54 = trunc nuw i64 %45 to i32
  br label %55

55:                                               ; preds = %50, %53
  %56 = phi i32 [ %54, %53 ], [ %43, %50 ]
  %57 = icmp ugt i32 %56, %42
  br i1 %57, label %58, label %102

58:                                               ; preds = %55
  %59 = getelementptr inbounds nuw i32, ptr %5, i64 %41
  %60 = sub i32 %56, %40
  call void @llvm.lifetime.start.p0(ptr nonnull %8)
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 16 dereferenceable(1024) %8, i8 0, i64 1024, i1 false)
  %61 = zext i32 %60 to i64
  br label %62

62:                                               ; preds = %62, %58
  %63 = phi i64 [ 0, %58 ], [ %71, %62 ]
  %64 = getelementptr inbounds nuw i32, ptr %59, i64 %63
  %65 = load i32, ptr %64, align 4
  %66 = tail call range(i32 0, 256) i32 @table_property(ptr noundef readonly %0, i32 noundef 9, i32 noundef %65)
  %67 = zext nneg i32 %66 to i64
  %68 = getelementptr inbounds nuw i32, ptr %8, i64 %67
  %69 = load i32, ptr %68, align 4
  %70 = add i32 %69, 1
  store i32 %70, ptr %68, align 4
  %71 = add nuw nsw i64 %63, 1
  %72 = icmp eq i64 %71, %61
  br i1 %72, label %73, label %62

73:                                               ; preds = %62, %73
  %74 = phi i64 [ %79, %73 ], [ 0, %62 ]
  %75 = phi i32 [ %78, %73 ], [ 0, %62 ]
  %76 = getelementptr inbounds nuw i32, ptr %8, i64 %74
  %77 = load i32, ptr %76, align 4
  store i32 %75, ptr %76, align 4
  %78 = add i32 %77, %75
  %79 = add nuw nsw i64 %74, 1
  %80 = icmp eq i64 %79, 256
  br i1 %80, label %81, label %73

81:                                               ; preds = %73, %81
  %82 = phi i64 [ %92, %81 ], [ 0, %73 ]
  %83 = getelementptr inbounds nuw i32, ptr %59, i64 %82
  %84 = load i32, ptr %83, align 4
  %85 = tail call range(i32 0, 256) i32 @table_property(ptr noundef readonly %0, i32 noundef 9, i32 noundef %84)
  %86 = zext nneg i32 %85 to i64
  %87 = getelementptr inbounds nuw i32, ptr %8, i64 %86
  %88 = load i32, ptr %87, align 4
  %89 = add i32 %88, 1
  store i32 %89, ptr %87, align 4
  %90 = zext i32 %88 to i64
  %91 = getelementptr inbounds nuw i32, ptr %6, i64 %90
  store i32 %84, ptr %91, align 4
  %92 = add nuw nsw i64 %82, 1
  %93 = icmp eq i64 %92, %61
  br i1 %93, label %94, label %81

94:                                               ; preds = %81, %94
  %95 = phi i64 [ %99, %94 ], [ 0, %81 ]
  %96 = getelementptr inbounds nuw i32, ptr %6, i64 %95
  %97 = load i32, ptr %96, align 4
  %98 = getelementptr inbounds nuw i32, ptr %59, i64 %95
  store i32 %97, ptr %98, align 4
  %99 = add nuw nsw i64 %95, 1
  %100 = icmp eq i64 %99, %61
  br i1 %100, label %101, label %94

101:                                              ; preds = %94
  call void @llvm.lifetime.end.p0(ptr nonnull %8)
  br label %102

102:                                              ; preds = %101, %55
  %103 = icmp eq i32 %56, %40
  %104 = zext i1 %103 to i32
  %105 = add i32 %56, %104
  %106 = icmp ult i32 %105, %322
  br i1 %106, label %39, label %107

107:                                              ; preds = %102
  %108 = getelementptr inbounds nuw i8, ptr %0, i64 216
  %109 = getelementptr inbounds nuw i8, ptr %0, i64 224
  br label %110

110:                                              ; preds = %187, %107
  %111 = phi i64 [ 0, %107 ], [ %191, %187 ]
  %112 = phi i32 [ 0, %107 ], [ %190, %187 ]
  %113 = phi i32 [ -1, %107 ], [ %189, %187 ]
  %114 = phi i32 [ 0, %107 ], [ %188, %187 ]
  %115 = getelementptr inbounds nuw i32, ptr %5, i64 %111
  %116 = load i32, ptr %115, align 4
  %117 = tail call range(i32 0, 256) i32 @table_property(ptr noundef readonly %0, i32 noundef 9, i32 noundef %116)
  %118 = icmp eq i32 %113, -1
  br i1 %118, label %181, label %119

119:                                              ; preds = %110
  %120 = icmp samesign ult i32 %114, %117
  %121 = add nuw i32 %113, 1
  %122 = icmp eq i32 %112, %121
  %123 = select i1 %120, i1 true, i1 %122
  br i1 %123, label %124, label %181

124:                                              ; preds = %119
  %125 = zext i32 %113 to i64
  %126 = getelementptr inbounds nuw i32, ptr %5, i64 %125
  %127 = load i32, ptr %126, align 4
  %128 = add i32 %127, -4352
  %129 = icmp ult i32 %128, 19
  %130 = add i32 %116, -4449
  %131 = icmp ult i32 %130, 21
  %132 = and i1 %131, %129
  br i1 %132, label %133, label %138

133:                                              ; preds = %124
  %134 = mul nuw nsw i32 %128, 21
  %135 = add nuw nsw i32 %134, %116
  %136 = mul nuw nsw i32 %135, 28
  %137 = add nsw i32 %136, -80540
  br label %179

138:                                              ; preds = %124
  %139 = add i32 %127, -44032
  %140 = icmp ult i32 %139, 11172
  %141 = urem i32 %139, 28
  %142 = icmp eq i32 %141, 0
  %143 = and i1 %140, %142
  %144 = add i32 %116, -4520
  %145 = icmp ult i32 %144, 27
  %146 = and i1 %145, %143
  br i1 %146, label %147, label %150

147:                                              ; preds = %138
  %148 = add nsw i32 %116, -4519
  %149 = add nuw nsw i32 %148, %127
  br label %179

150:                                              ; preds = %138
  %151 = load ptr, ptr %108, align 8
  %152 = load i32, ptr %109, align 8
  br label %153

153:                                              ; preds = %157, %150
  %154 = phi i32 [ %152, %150 ], [ %173, %157 ]
  %155 = phi i32 [ 0, %150 ], [ %174, %157 ]
  %156 = icmp ult i32 %155, %154
  br i1 %156, label %157, label %181

157:                                              ; preds = %153
  %158 = sub nuw i32 %154, %155
  %159 = lshr i32 %158, 1
  %160 = add i32 %159, %155
  %161 = mul i32 %160, 3
  %162 = zext i32 %161 to i64
  %163 = getelementptr inbounds nuw i32, ptr %151, i64 %162
  %164 = load i32, ptr %163, align 4
  %165 = icmp eq i32 %164, %127
  %166 = zext i1 %165 to i64
  %167 = getelementptr inbounds nuw i32, ptr %163, i64 %166
  %168 = load i32, ptr %167, align 4
  %169 = select i1 %165, i32 %116, i32 %127
  %170 = icmp eq i32 %168, %169
  %171 = icmp ult i32 %168, %169
  %172 = add i32 %160, 1
  %173 = select i1 %171, i32 %154, i32 %160
  %174 = select i1 %171, i32 %172, i32 %155
  br i1 %170, label %175, label %153

175:                                              ; preds = %157
  %176 = getelementptr inbounds nuw i8, ptr %163, i64 8
  %177 = load i32, ptr %176, align 4
  %178 = icmp eq i32 %177, -1
  br i1 %178, label %181, label %179

179:                                              ; preds = %175, %147, %133
  %180 = phi i32 [ %177, %175 ], [ %149, %147 ], [ %137, %133 ]
  store i32 %180, ptr %126, align 4
  br label %187

181:                                              ; preds = %153, %175, %119, %110
  %182 = icmp eq i32 %117, 0
  %183 = select i1 %182, i32 %112, i32 %113
  %184 = add i32 %112, 1
  %185 = zext i32 %112 to i64
  %186 = getelementptr inbounds nuw i32, ptr %5, i64 %185
  store i32 %116, ptr %186, align 4
  br label %187

187:                                              ; preds = %181, %179
  %188 = phi i32 [ %117, %181 ], [ %114, %179 ]
  %189 = phi i32 [ %183, %181 ], [ %113, %179 ]
  %190 = phi i32 [ %184, %181 ], [ %112, %179 ]
  %191 = add nuw nsw i64 %111, 1
  %192 = icmp eq i64 %191, %38
  br i1 %192, label %193, label %110

193:                                              ; preds = %187
  %194 = icmp ne i32 %190, 0
  %195 = icmp ugt i32 %4, 3
  %196 = and i1 %194, %195
  br i1 %196, label %197, label %369

197:                                              ; preds = %193
  %198 = zext i32 %190 to i64
  br label %325

199:                                              ; preds = %20, %319
  %200 = phi i32 [ 0, %20 ], [ %323, %319 ]
  %201 = phi i32 [ 0, %20 ], [ %322, %319 ]
  %202 = zext i32 %200 to i64
  %203 = getelementptr inbounds nuw i8, ptr %1, i64 %202
  %204 = sub nuw i32 %2, %200
  %205 = load i8, ptr %203, align 1
  %206 = zext i8 %205 to i32
  %207 = icmp sgt i8 %205, -1
  br i1 %207, label %258, label %208

208:                                              ; preds = %199
  %209 = add nsw i8 %205, 11
  %210 = icmp ult i8 %209, -51
  br i1 %210, label %253, label %211

211:                                              ; preds = %208
  %212 = icmp samesign ugt i8 %205, -33
  %213 = select i1 %212, i32 2, i32 1
  %214 = icmp samesign ugt i8 %205, -17
  %215 = zext i1 %214 to i32
  %216 = add nuw nsw i32 %213, %215
  %217 = lshr i32 63, %216
  %218 = and i32 %217, %206
  %219 = icmp eq i8 %205, -19
  %220 = icmp eq i8 %205, -12
  %221 = select i1 %220, i32 143, i32 191
  %222 = select i1 %219, i32 159, i32 %221
  %223 = icmp eq i8 %205, -32
  %224 = icmp eq i8 %205, -16
  %225 = select i1 %224, i32 144, i32 128
  %226 = select i1 %223, i32 160, i32 %225
  %227 = zext i32 %204 to i64
  %228 = add nuw nsw i32 %216, 1
  %229 = zext nneg i32 %228 to i64
  br label %230

230:                                              ; preds = %243, %211
  %231 = phi i64 [ 1, %211 ], [ %247, %243 ]
  %232 = phi i32 [ %218, %211 ], [ %246, %243 ]
  %233 = phi i32 [ %222, %211 ], [ 191, %243 ]
  %234 = phi i32 [ %226, %211 ], [ 128, %243 ]
  %235 = icmp eq i64 %231, %227
  br i1 %235, label %249, label %236

236:                                              ; preds = %230
  %237 = getelementptr inbounds nuw i8, ptr %203, i64 %231
  %238 = load i8, ptr %237, align 1
  %239 = zext i8 %238 to i32
  %240 = icmp samesign ugt i32 %234, %239
  %241 = icmp samesign ult i32 %233, %239
  %242 = or i1 %240, %241
  br i1 %242, label %249, label %243

243:                                              ; preds = %236
  %244 = shl i32 %232, 6
  %245 = and i32 %239, 63
  %246 = or disjoint i32 %245, %244
  %247 = add nuw nsw i64 %231, 1
  %248 = icmp eq i64 %247, %229
  br i1 %248, label %258, label %230

249:                                              ; preds = %230, %236
  %250 = phi i64 [ %227, %230 ], [ %231, %236 ]
  %251 = phi i32 [ 1114113, %230 ], [ 1114112, %236 ]
  %252 = trunc nuw nsw i64 %250 to i32
  br label %253

253:                                              ; preds = %249, %208
  %254 = phi i32 [ 1, %208 ], [ %252, %249 ]
  %255 = phi i32 [ 1114112, %208 ], [ %251, %249 ]
  %256 = zext i32 %201 to i64
  %257 = getelementptr inbounds nuw i32, ptr %5, i64 %256
  br label %281

258:                                              ; preds = %243, %199
  %259 = phi i32 [ 1, %199 ], [ %228, %243 ]
  %260 = phi i32 [ %206, %199 ], [ %246, %243 ]
  %261 = zext i32 %201 to i64
  %262 = getelementptr inbounds nuw i32, ptr %5, i64 %261
  %263 = add i32 %260, -44032
  %264 = icmp ult i32 %263, 11172
  br i1 %264, label %265, label %281

265:                                              ; preds = %258
  %266 = trunc nuw nsw i32 %263 to i16
  %267 = urem i16 %266, 28
  %268 = udiv i16 %266, 28
  %269 = udiv i16 %266, 588
  %270 = or disjoint i16 %269, 4352
  %271 = zext nneg i16 %270 to i32
  store i32 %271, ptr %262, align 4
  %272 = urem i16 %268, 21
  %273 = add nuw nsw i16 %272, 4449
  %274 = zext nneg i16 %273 to i32
  %275 = getelementptr inbounds nuw i8, ptr %262, i64 4
  store i32 %274, ptr %275, align 4
  %276 = add nuw nsw i16 %267, 4519
  %277 = zext nneg i16 %276 to i32
  %278 = getelementptr inbounds nuw i8, ptr %262, i64 8
  store i32 %277, ptr %278, align 4
  %279 = icmp eq i16 %267, 0
  %280 = select i1 %279, i32 2, i32 3
  br label %319

281:                                              ; preds = %253, %258
  %282 = phi ptr [ %257, %253 ], [ %262, %258 ]
  %283 = phi i32 [ %255, %253 ], [ %260, %258 ]
  %284 = phi i32 [ %254, %253 ], [ %259, %258 ]
  %285 = load ptr, ptr %21, align 8
  %286 = load i32, ptr %22, align 8
  br label %287

287:                                              ; preds = %291, %281
  %288 = phi i32 [ %286, %281 ], [ %302, %291 ]
  %289 = phi i32 [ 0, %281 ], [ %303, %291 ]
  %290 = icmp ult i32 %289, %288
  br i1 %290, label %291, label %318

291:                                              ; preds = %287
  %292 = sub nuw i32 %288, %289
  %293 = lshr i32 %292, 1
  %294 = add i32 %293, %289
  %295 = mul i32 %294, 5
  %296 = zext i32 %295 to i64
  %297 = getelementptr inbounds nuw i32, ptr %285, i64 %296
  %298 = load i32, ptr %297, align 4
  %299 = icmp eq i32 %298, %283
  %300 = icmp ult i32 %298, %283
  %301 = add i32 %294, 1
  %302 = select i1 %300, i32 %288, i32 %294
  %303 = select i1 %300, i32 %301, i32 %289
  br i1 %299, label %304, label %287

304:                                              ; preds = %291
  %305 = getelementptr inbounds nuw i32, ptr %285, i64 %296
  br label %306

306:                                              ; preds = %304, %312
  %307 = phi i64 [ %308, %312 ], [ 0, %304 ]
  %308 = add nuw nsw i64 %307, 1
  %309 = getelementptr inbounds nuw i32, ptr %305, i64 %308
  %310 = load i32, ptr %309, align 4
  %311 = icmp eq i32 %310, 0
  br i1 %311, label %315, label %312

312:                                              ; preds = %306
  %313 = getelementptr inbounds nuw i32, ptr %282, i64 %307
  store i32 %310, ptr %313, align 4
  %314 = icmp eq i64 %308, 4
  br i1 %314, label %319, label %306

315:                                              ; preds = %306
  %316 = trunc nuw nsw i64 %307 to i32
  %317 = icmp eq i64 %307, 0
  br i1 %317, label %318, label %319

318:                                              ; preds = %287, %315
  store i32 %283, ptr %282, align 4
  br label %319

319:                                              ; preds = %312, %265, %315, %318
  %320 = phi i32 [ %259, %265 ], [ %284, %315 ], [ %284, %318 ], [ %284, %312 ]
  %321 = phi i32 [ %280, %265 ], [ %316, %315 ], [ 1, %318 ], [ 4, %312 ]
  %322 = add i32 %321, %201
  %323 = add i32 %320, %200
  %324 = icmp ult i32 %323, %2
  br i1 %324, label %199, label %35

325:                                              ; preds = %197, %359
  %326 = phi i64 [ 0, %197 ], [ %364, %359 ]
  %327 = phi i32 [ 0, %197 ], [ %363, %359 ]
  %328 = zext i32 %327 to i64
  %329 = getelementptr inbounds nuw i8, ptr %3, i64 %328
  %330 = getelementptr inbounds nuw i32, ptr %5, i64 %326
  %331 = load i32, ptr %330, align 4
  %332 = icmp ugt i32 %331, 1114111
  %333 = and i32 %331, 2095104
  %334 = icmp eq i32 %333, 55296
  %335 = or i1 %332, %334
  %336 = select i1 %335, i32 65533, i32 %331
  %337 = icmp samesign ult i32 %336, 128
  br i1 %337, label %359, label %338

338:                                              ; preds = %325
  %339 = icmp samesign ugt i32 %336, 2047
  %340 = select i1 %339, i32 2, i32 1
  %341 = icmp samesign ugt i32 %336, 65535
  %342 = zext i1 %341 to i32
  %343 = add nuw nsw i32 %340, %342
  br label %348

344:                                              ; preds = %348
  %345 = add nuw nsw i32 %343, 1
  %346 = lshr exact i32 32640, %343
  %347 = or i32 %357, %346
  br label %359

348:                                              ; preds = %348, %338
  %349 = phi i32 [ %343, %338 ], [ %356, %348 ]
  %350 = phi i32 [ %336, %338 ], [ %357, %348 ]
  %351 = trunc i32 %350 to i8
  %352 = and i8 %351, 63
  %353 = or disjoint i8 %352, -128
  %354 = zext i32 %349 to i64
  %355 = getelementptr inbounds nuw i8, ptr %329, i64 %354
  store i8 %353, ptr %355, align 1
  %356 = add i32 %349, -1
  %357 = lshr i32 %350, 6
  %358 = icmp eq i32 %356, 0
  br i1 %358, label %344, label %348

359:                                              ; preds = %325, %344
  %360 = phi i32 [ %347, %344 ], [ %331, %325 ]
  %361 = phi i32 [ %345, %344 ], [ 1, %325 ]
  %362 = trunc i32 %360 to i8
  store i8 %362, ptr %329, align 1
  %363 = add i32 %361, %327
  %364 = add nuw nsw i64 %326, 1
  %365 = icmp samesign ult i64 %364, %198
  %366 = sub i32 %4, %363
  %367 = icmp ugt i32 %366, 3
  %368 = select i1 %365, i1 %367, i1 false
  br i1 %368, label %325, label %369

369:                                              ; preds = %359, %28, %35, %193, %23
  %370 = phi i32 [ %24, %28 ], [ 0, %23 ], [ 0, %193 ], [ 0, %35 ], [ %363, %359 ]
  ret i32 %370
}

define dso_local void @encode_prompt(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = getelementptr inbounds nuw i8, ptr %0, i64 28
  %3 = load i32, ptr %2, align 4
  %4 = icmp sgt i32 %3, 0
  br i1 %4, label %5, label %9

5:                                                ; preds = %1
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %7 = load i32, ptr %6, align 8
  %8 = tail call i32 @llvm.usub.sat.i32(i32 %3, i32 %7)
  br label %9

9:                                                ; preds = %5, %1
  %10 = phi i32 [ 0, %1 ], [ %8, %5 ]
  %11 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %12 = load i32, ptr %11, align 8
  %13 = tail call i32 @llvm.umin.i32(i32 %10, i32 %12)
  %14 = getelementptr inbounds nuw i8, ptr %0, i64 64
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %16 = load i32, ptr %15, align 8
  %17 = icmp eq i32 %16, 0
  br i1 %17, label %29, label %18

18:                                               ; preds = %9
  %19 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %20 = getelementptr inbounds nuw i8, ptr %0, i64 56
  br label %21

21:                                               ; preds = %18, %52
  %22 = phi i64 [ 0, %18 ], [ %57, %52 ]
  %23 = load i32, ptr %14, align 8
  %24 = zext i32 %23 to i64
  %25 = icmp samesign ult i64 %22, %24
  br i1 %25, label %52, label %26

26:                                               ; preds = %52, %21
  %27 = phi i64 [ %22, %21 ], [ %57, %52 ]
  %28 = trunc nuw i64 %27 to i32
  br label %29

29:                                               ; preds = %26, %9
  %30 = phi i32 [ 0, %9 ], [ %28, %26 ]
  %31 = load ptr, ptr %0, align 8
  %32 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %33 = load i32, ptr %32, align 8
  %34 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %35 = load ptr, ptr %34, align 8
  %36 = getelementptr inbounds nuw i8, ptr %0, i64 56
  %37 = load ptr, ptr %36, align 8
  %38 = zext i32 %30 to i64
  %39 = getelementptr inbounds nuw i32, ptr %37, i64 %38
  %40 = load i32, ptr %14, align 8
  %41 = sub i32 %40, %30
  %42 = getelementptr inbounds nuw i8, ptr %0, i64 72
  %43 = load ptr, ptr %42, align 8
  %44 = tail call i32 @tokens_encode(ptr noundef %31, i32 noundef %33, ptr noundef %35, i32 noundef %13, ptr noundef %39, i32 noundef %41, ptr noundef %43)
  %45 = add i32 %44, %30
  %46 = getelementptr inbounds nuw i8, ptr %0, i64 52
  %47 = load i32, ptr %46, align 4
  %48 = icmp eq i32 %47, 0
  br i1 %48, label %71, label %49

49:                                               ; preds = %29
  %50 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %51 = zext i32 %45 to i64
  br label %62

52:                                               ; preds = %21
  %53 = load ptr, ptr %19, align 8
  %54 = getelementptr inbounds nuw i32, ptr %53, i64 %22
  %55 = load i32, ptr %54, align 4
  %56 = load ptr, ptr %20, align 8
  %57 = add nuw nsw i64 %22, 1
  %58 = getelementptr inbounds nuw i32, ptr %56, i64 %22
  store i32 %55, ptr %58, align 4
  %59 = load i32, ptr %15, align 8
  %60 = zext i32 %59 to i64
  %61 = icmp samesign ult i64 %57, %60
  br i1 %61, label %21, label %26

62:                                               ; preds = %49, %77
  %63 = phi i64 [ %51, %49 ], [ %85, %77 ]
  %64 = phi i32 [ 0, %49 ], [ %87, %77 ]
  %65 = load i32, ptr %14, align 8
  %66 = zext i32 %65 to i64
  %67 = icmp samesign ult i64 %63, %66
  br i1 %67, label %77, label %68

68:                                               ; preds = %77, %62
  %69 = phi i64 [ %63, %62 ], [ %85, %77 ]
  %70 = trunc nuw i64 %69 to i32
  br label %71

71:                                               ; preds = %68, %29
  %72 = phi i32 [ %45, %29 ], [ %70, %68 ]
  %73 = load i32, ptr %14, align 8
  %74 = icmp ult i32 %72, %73
  br i1 %74, label %75, label %98

75:                                               ; preds = %71
  %76 = zext i32 %72 to i64
  br label %90

77:                                               ; preds = %62
  %78 = load ptr, ptr %50, align 8
  %79 = load i32, ptr %15, align 8
  %80 = add i32 %79, %64
  %81 = zext i32 %80 to i64
  %82 = getelementptr inbounds nuw i32, ptr %78, i64 %81
  %83 = load i32, ptr %82, align 4
  %84 = load ptr, ptr %36, align 8
  %85 = add nuw nsw i64 %63, 1
  %86 = getelementptr inbounds nuw i32, ptr %84, i64 %63
  store i32 %83, ptr %86, align 4
  %87 = add nuw i32 %64, 1
  %88 = load i32, ptr %46, align 4
  %89 = icmp ult i32 %87, %88
  br i1 %89, label %62, label %68

90:                                               ; preds = %75, %90
  %91 = phi i64 [ %76, %75 ], [ %93, %90 ]
  %92 = load ptr, ptr %36, align 8
  %93 = add nuw nsw i64 %91, 1
  %94 = getelementptr inbounds nuw i32, ptr %92, i64 %91
  store i32 -1, ptr %94, align 4
  %95 = load i32, ptr %14, align 8
  %96 = zext i32 %95 to i64
  %97 = icmp samesign ult i64 %93, %96
  br i1 %97, label %90, label %98

98:                                               ; preds = %90, %71
  ret void
}

define dso_local i32 @count_tokens(ptr noundef readonly captures(none) %0, i32 noundef %1) local_unnamed_addr {
  %3 = icmp eq i32 %1, 0
  br i1 %3, label %16, label %4

4:                                                ; preds = %2
  %5 = zext i32 %1 to i64
  br label %6

6:                                                ; preds = %4, %11
  %7 = phi i64 [ 0, %4 ], [ %12, %11 ]
  %8 = getelementptr inbounds nuw i32, ptr %0, i64 %7
  %9 = load i32, ptr %8, align 4
  %10 = icmp eq i32 %9, -1
  br i1 %10, label %14, label %11

11:                                               ; preds = %6
  %12 = add nuw nsw i64 %7, 1
  %13 = icmp eq i64 %12, %5
  br i1 %13, label %16, label %6

14:                                               ; preds = %6
  %15 = trunc nuw i64 %7 to i32
  br label %16

16:                                               ; preds = %11, %14, %2
  %17 = phi i32 [ 0, %2 ], [ %15, %14 ], [ %1, %11 ]
  ret i32 %17
}

define dso_local i32 @decode_answer(ptr noundef readonly captures(none) %0, ptr noundef writeonly captures(address_is_null) %1) local_unnamed_addr {
  %3 = getelementptr inbounds nuw i8, ptr %0, i64 28
  %4 = load i32, ptr %3, align 4
  %5 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %6 = load i32, ptr %5, align 8
  %7 = tail call i32 @llvm.umin.i32(i32 %4, i32 %6)
  %8 = load ptr, ptr %0, align 8
  %9 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %10 = load i32, ptr %9, align 8
  %11 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %12 = load ptr, ptr %11, align 8
  %13 = zext i32 %7 to i64
  %14 = getelementptr inbounds nuw i32, ptr %12, i64 %13
  %15 = sub i32 %6, %7
  %16 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %17 = load i32, ptr %16, align 8
  %18 = getelementptr inbounds nuw i8, ptr %0, i64 36
  %19 = load i32, ptr %18, align 4
  %20 = tail call i32 @tokens_decode(ptr noundef %8, i32 noundef %10, ptr noundef %14, i32 noundef %15, i32 noundef %17, ptr noundef %1, i32 noundef %19)
  %21 = icmp eq ptr %1, null
  br i1 %21, label %27, label %22

22:                                               ; preds = %2
  %23 = load i32, ptr %18, align 4
  %24 = icmp ult i32 %20, %23
  br i1 %24, label %25, label %27

25:                                               ; preds = %22
  %26 = zext i32 %20 to i64
  br label %28

27:                                               ; preds = %28, %22, %2
  ret i32 %20

28:                                               ; preds = %25, %28
  %29 = phi i64 [ %26, %25 ], [ %31, %28 ]
  %30 = getelementptr inbounds nuw i8, ptr %1, i64 %29
  store i8 0, ptr %30, align 1
  %31 = add nuw nsw i64 %29, 1
  %32 = load i32, ptr %18, align 4
  %33 = zext i32 %32 to i64
  %34 = icmp samesign ult i64 %31, %33
  br i1 %34, label %28, label %27
}

define dso_local noundef i32 @table_find(ptr noundef readonly captures(none) %0, ptr readonly captures(none) %1, i32 %2) local_unnamed_addr {
  %4 = getelementptr inbounds nuw i8, ptr %0, i64 72
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 80
  %7 = load i32, ptr %6, align 8
  %8 = icmp eq i32 %7, 0
  br i1 %8, label %61, label %9

9:                                                ; preds = %3, %57
  %10 = phi i32 [ %59, %57 ], [ 0, %3 ]
  %11 = phi i32 [ %58, %57 ], [ %7, %3 ]
  %12 = sub nuw i32 %11, %10
  %13 = lshr i32 %12, 1
  %14 = add i32 %13, %10
  %15 = zext i32 %14 to i64
  %16 = getelementptr inbounds nuw i32, ptr %5, i64 %15
  %17 = load i32, ptr %16, align 4
  %18 = tail call { ptr, i32 } @table_symbol(ptr noundef %0, i32 noundef %17)
  %19 = extractvalue { ptr, i32 } %18, 0
  %20 = extractvalue { ptr, i32 } %18, 1
  %21 = tail call i32 @llvm.umin.i32(i32 %20, i32 %2)
  %22 = icmp eq i32 %21, 0
  br i1 %22, label %37, label %23

23:                                               ; preds = %9
  %24 = zext i32 %21 to i64
  br label %25

25:                                               ; preds = %32, %23
  %26 = phi i64 [ 0, %23 ], [ %33, %32 ]
  %27 = getelementptr inbounds nuw i8, ptr %19, i64 %26
  %28 = load i8, ptr %27, align 1
  %29 = getelementptr inbounds nuw i8, ptr %1, i64 %26
  %30 = load i8, ptr %29, align 1
  %31 = icmp eq i8 %28, %30
  br i1 %31, label %32, label %35

32:                                               ; preds = %25
  %33 = add nuw nsw i64 %26, 1
  %34 = icmp eq i64 %33, %24
  br i1 %34, label %37, label %25

35:                                               ; preds = %25
  %36 = trunc nuw i64 %26 to i32
  br label %37

37:                                               ; preds = %32, %9, %35
  %38 = phi i32 [ 0, %9 ], [ %36, %35 ], [ %21, %32 ]
  %39 = icmp eq i32 %38, %2
  %40 = icmp eq i32 %38, %20
  %41 = and i1 %39, %40
  br i1 %41, label %61, label %42

42:                                               ; preds = %37
  br i1 %39, label %57, label %43

43:                                               ; preds = %42
  br i1 %40, label %44, label %46

44:                                               ; preds = %43
  %45 = add i32 %14, 1
  br label %57

46:                                               ; preds = %43
  %47 = zext i32 %38 to i64
  %48 = getelementptr inbounds nuw i8, ptr %19, i64 %47
  %49 = load i8, ptr %48, align 1
  %50 = getelementptr inbounds nuw i8, ptr %1, i64 %47
  %51 = load i8, ptr %50, align 1
  %52 = icmp ult i8 %49, %51
  %53 = freeze i1 %52
  %54 = add i32 %14, 1
  %55 = select i1 %53, i32 %11, i32 %14
  %56 = select i1 %53, i32 %54, i32 %10
  br label %57

57:                                               ; preds = %46, %44, %42
  %58 = phi i32 [ %14, %42 ], [ %55, %46 ], [ %11, %44 ]
  %59 = phi i32 [ %10, %42 ], [ %56, %46 ], [ %45, %44 ]
  %60 = icmp ult i32 %59, %58
  br i1 %60, label %9, label %61

61:                                               ; preds = %57, %37, %3
  %62 = phi i32 [ -1, %3 ], [ %17, %37 ], [ -1, %57 ]
  ret i32 %62
}

define dso_local ptr @table_pair(ptr noundef readonly captures(none) %0, i32 noundef %1, i32 noundef %2) local_unnamed_addr {
  %4 = getelementptr inbounds nuw i8, ptr %0, i64 104
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 112
  %7 = load i32, ptr %6, align 8
  %8 = icmp ult i32 %1, %7
  br i1 %8, label %9, label %54

9:                                                ; preds = %3
  %10 = icmp eq i32 %1, 0
  br i1 %10, label %11, label %13

11:                                               ; preds = %9
  %12 = load i32, ptr %5, align 4
  br label %22

13:                                               ; preds = %9
  %14 = add i32 %1, -1
  %15 = zext i32 %14 to i64
  %16 = getelementptr inbounds nuw i32, ptr %5, i64 %15
  %17 = load i32, ptr %16, align 4
  %18 = zext i32 %1 to i64
  %19 = getelementptr inbounds nuw i32, ptr %5, i64 %18
  %20 = load i32, ptr %19, align 4
  %21 = icmp ugt i32 %17, %20
  br i1 %21, label %54, label %22

22:                                               ; preds = %11, %13
  %23 = phi i32 [ %12, %11 ], [ %20, %13 ]
  %24 = phi i32 [ 0, %11 ], [ %17, %13 ]
  %25 = getelementptr inbounds nuw i8, ptr %0, i64 128
  %26 = load i32, ptr %25, align 8
  %27 = icmp ugt i32 %23, %26
  br i1 %27, label %54, label %28

28:                                               ; preds = %22
  %29 = getelementptr inbounds nuw i8, ptr %0, i64 120
  %30 = load ptr, ptr %29, align 8
  %31 = mul i32 %24, 3
  %32 = zext i32 %31 to i64
  %33 = getelementptr inbounds nuw i32, ptr %30, i64 %32
  %34 = sub i32 %23, %24
  br label %35

35:                                               ; preds = %39, %28
  %36 = phi i32 [ %34, %28 ], [ %50, %39 ]
  %37 = phi i32 [ 0, %28 ], [ %51, %39 ]
  %38 = icmp ult i32 %37, %36
  br i1 %38, label %39, label %54

39:                                               ; preds = %35
  %40 = sub nuw i32 %36, %37
  %41 = lshr i32 %40, 1
  %42 = add i32 %41, %37
  %43 = mul i32 %42, 3
  %44 = zext i32 %43 to i64
  %45 = getelementptr inbounds nuw i32, ptr %33, i64 %44
  %46 = load i32, ptr %45, align 4
  %47 = icmp eq i32 %46, %2
  %48 = icmp ult i32 %46, %2
  %49 = add i32 %42, 1
  %50 = select i1 %48, i32 %36, i32 %42
  %51 = select i1 %48, i32 %49, i32 %37
  br i1 %47, label %52, label %35

52:                                               ; preds = %39
  %53 = getelementptr inbounds nuw i32, ptr %33, i64 %44
  br label %54

54:                                               ; preds = %35, %52, %22, %13, %3
  %55 = phi ptr [ null, %3 ], [ null, %13 ], [ null, %22 ], [ %53, %52 ], [ null, %35 ]
  ret ptr %55
}

define dso_local ptr @table_row(ptr readonly captures(ret: address, provenance) %0, i32 %1, i32 noundef %2, ptr noundef readonly captures(none) %3, i32 noundef %4) local_unnamed_addr {
  %6 = icmp eq i32 %4, 2
  br label %7

7:                                                ; preds = %23, %5
  %8 = phi i32 [ %1, %5 ], [ %32, %23 ]
  %9 = phi i32 [ 0, %5 ], [ %33, %23 ]
  %10 = icmp ult i32 %9, %8
  br i1 %10, label %11, label %34

11:                                               ; preds = %7
  %12 = sub nuw i32 %8, %9
  %13 = lshr i32 %12, 1
  %14 = add i32 %13, %9
  %15 = mul i32 %14, %2
  %16 = zext i32 %15 to i64
  %17 = getelementptr inbounds nuw i32, ptr %0, i64 %16
  br i1 %6, label %18, label %23

18:                                               ; preds = %11
  %19 = load i32, ptr %17, align 4
  %20 = load i32, ptr %3, align 4
  %21 = icmp eq i32 %19, %20
  %22 = zext i1 %21 to i64
  br label %23

23:                                               ; preds = %18, %11
  %24 = phi i64 [ 0, %11 ], [ %22, %18 ]
  %25 = getelementptr inbounds nuw i32, ptr %17, i64 %24
  %26 = load i32, ptr %25, align 4
  %27 = getelementptr inbounds nuw i32, ptr %3, i64 %24
  %28 = load i32, ptr %27, align 4
  %29 = icmp eq i32 %26, %28
  %30 = icmp ult i32 %26, %28
  %31 = add i32 %14, 1
  %32 = select i1 %30, i32 %8, i32 %14
  %33 = select i1 %30, i32 %31, i32 %9
  br i1 %29, label %34, label %7

34:                                               ; preds = %7, %23
  %35 = phi ptr [ %17, %23 ], [ null, %7 ]
  ret ptr %35
}

define dso_local i32 @table_added(ptr noundef readonly captures(none) %0, i32 noundef %1, ptr readonly captures(none) %2, i32 %3, ptr noundef writeonly captures(none) %4) local_unnamed_addr {
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %7 = zext i32 %1 to i64
  %8 = getelementptr inbounds nuw %struct.rows, ptr %6, i64 %7
  %9 = load ptr, ptr %8, align 8
  %10 = getelementptr inbounds nuw i8, ptr %8, i64 8
  %11 = load i32, ptr %10, align 8
  %12 = icmp eq i32 %11, 0
  br i1 %12, label %107, label %13

13:                                               ; preds = %5
  %14 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 24
  br label %16

16:                                               ; preds = %13, %78
  %17 = phi i32 [ 0, %13 ], [ %81, %78 ]
  %18 = phi i32 [ %11, %13 ], [ %79, %78 ]
  %19 = phi i32 [ 0, %13 ], [ %80, %78 ]
  %20 = sub nuw i32 %18, %17
  %21 = lshr i32 %20, 1
  %22 = add i32 %21, %17
  %23 = shl i32 %22, 2
  %24 = zext i32 %23 to i64
  %25 = getelementptr inbounds nuw i32, ptr %9, i64 %24
  %26 = getelementptr inbounds nuw i8, ptr %25, i64 4
  %27 = load i32, ptr %26, align 4
  %28 = icmp ugt i32 %27, 256
  br i1 %28, label %29, label %31

29:                                               ; preds = %16
  %30 = load ptr, ptr %15, align 8
  br label %42

31:                                               ; preds = %16
  %32 = load i32, ptr %25, align 4
  %33 = load i32, ptr %14, align 8
  %34 = icmp ugt i32 %32, %33
  %35 = sub nuw i32 %33, %32
  %36 = icmp ugt i32 %27, %35
  %37 = select i1 %34, i1 true, i1 %36
  %38 = load ptr, ptr %15, align 8
  br i1 %37, label %42, label %39

39:                                               ; preds = %31
  %40 = zext i32 %32 to i64
  %41 = getelementptr inbounds nuw i8, ptr %38, i64 %40
  br label %42

42:                                               ; preds = %31, %29, %39
  %43 = phi ptr [ %41, %39 ], [ %30, %29 ], [ %38, %31 ]
  %44 = phi i32 [ %27, %39 ], [ 0, %29 ], [ 0, %31 ]
  %45 = tail call i32 @llvm.umin.i32(i32 %44, i32 %3)
  %46 = icmp eq i32 %45, 0
  br i1 %46, label %61, label %47

47:                                               ; preds = %42
  %48 = zext nneg i32 %45 to i64
  br label %49

49:                                               ; preds = %56, %47
  %50 = phi i64 [ 0, %47 ], [ %57, %56 ]
  %51 = getelementptr inbounds nuw i8, ptr %43, i64 %50
  %52 = load i8, ptr %51, align 1
  %53 = getelementptr inbounds nuw i8, ptr %2, i64 %50
  %54 = load i8, ptr %53, align 1
  %55 = icmp eq i8 %52, %54
  br i1 %55, label %56, label %59

56:                                               ; preds = %49
  %57 = add nuw nsw i64 %50, 1
  %58 = icmp eq i64 %57, %48
  br i1 %58, label %61, label %49

59:                                               ; preds = %49
  %60 = trunc nuw i64 %50 to i32
  br label %61

61:                                               ; preds = %56, %42, %59
  %62 = phi i32 [ 0, %42 ], [ %60, %59 ], [ %45, %56 ]
  %63 = icmp eq i32 %62, %44
  br i1 %63, label %64, label %66

64:                                               ; preds = %61
  %65 = add i32 %22, 1
  br label %78

66:                                               ; preds = %61
  %67 = icmp eq i32 %62, %3
  br i1 %67, label %78, label %68

68:                                               ; preds = %66
  %69 = zext i32 %62 to i64
  %70 = getelementptr inbounds nuw i8, ptr %2, i64 %69
  %71 = load i8, ptr %70, align 1
  %72 = getelementptr inbounds nuw i8, ptr %43, i64 %69
  %73 = load i8, ptr %72, align 1
  %74 = icmp ult i8 %71, %73
  %75 = freeze i1 %74
  br i1 %75, label %78, label %76

76:                                               ; preds = %68
  %77 = add i32 %22, 1
  br label %78

78:                                               ; preds = %68, %76, %66, %64
  %79 = phi i32 [ %18, %76 ], [ %22, %66 ], [ %18, %64 ], [ %22, %68 ]
  %80 = phi i32 [ %62, %76 ], [ %19, %66 ], [ %44, %64 ], [ %19, %68 ]
  %81 = phi i32 [ %77, %76 ], [ %17, %66 ], [ %65, %64 ], [ %17, %68 ]
  %82 = icmp ult i32 %81, %79
  br i1 %82, label %16, label %83

83:                                               ; preds = %78
  %84 = add i32 %81, -1
  %85 = icmp ult i32 %84, %11
  br i1 %85, label %86, label %107

86:                                               ; preds = %83, %100
  %87 = phi i32 [ %103, %100 ], [ 0, %83 ]
  %88 = phi i32 [ %102, %100 ], [ %84, %83 ]
  %89 = shl i32 %88, 2
  %90 = zext i32 %89 to i64
  %91 = getelementptr inbounds nuw i32, ptr %9, i64 %90
  %92 = getelementptr inbounds nuw i8, ptr %91, i64 4
  %93 = load i32, ptr %92, align 4
  %94 = icmp ugt i32 %93, %80
  br i1 %94, label %100, label %95

95:                                               ; preds = %86
  %96 = getelementptr inbounds nuw i8, ptr %91, i64 4
  %97 = getelementptr inbounds nuw i8, ptr %91, i64 12
  %98 = load i32, ptr %97, align 4
  store i32 %98, ptr %4, align 4
  %99 = load i32, ptr %96, align 4
  br label %107

100:                                              ; preds = %86
  %101 = getelementptr inbounds nuw i8, ptr %91, i64 8
  %102 = load i32, ptr %101, align 4
  %103 = add nuw nsw i32 %87, 1
  %104 = icmp uge i32 %102, %11
  %105 = icmp samesign ugt i32 %87, 63
  %106 = select i1 %104, i1 true, i1 %105
  br i1 %106, label %107, label %86

107:                                              ; preds = %100, %5, %83, %95
  %108 = phi i32 [ %99, %95 ], [ 0, %83 ], [ 0, %5 ], [ 0, %100 ]
  ret i32 %108
}

define dso_local range(i32 0, 256) i32 @table_property(ptr noundef readonly captures(none) %0, i32 noundef %1, i32 noundef %2) local_unnamed_addr {
  %4 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %5 = zext i32 %1 to i64
  %6 = getelementptr inbounds nuw %struct.rows, ptr %4, i64 %5
  %7 = load ptr, ptr %6, align 8
  %8 = getelementptr inbounds nuw i8, ptr %6, i64 8
  %9 = load i32, ptr %8, align 8
  %10 = icmp eq i32 %9, 0
  br i1 %10, label %34, label %11

11:                                               ; preds = %3, %11
  %12 = phi i32 [ %24, %11 ], [ 0, %3 ]
  %13 = phi i32 [ %23, %11 ], [ %9, %3 ]
  %14 = sub nuw i32 %13, %12
  %15 = lshr i32 %14, 1
  %16 = add i32 %15, %12
  %17 = zext i32 %16 to i64
  %18 = getelementptr inbounds nuw i32, ptr %7, i64 %17
  %19 = load i32, ptr %18, align 4
  %20 = lshr i32 %19, 8
  %21 = icmp ugt i32 %20, %2
  %22 = add i32 %16, 1
  %23 = select i1 %21, i32 %16, i32 %13
  %24 = select i1 %21, i32 %12, i32 %22
  %25 = icmp ult i32 %24, %23
  br i1 %25, label %11, label %26

26:                                               ; preds = %11
  %27 = icmp eq i32 %24, 0
  br i1 %27, label %34, label %28

28:                                               ; preds = %26
  %29 = add i32 %24, -1
  %30 = zext i32 %29 to i64
  %31 = getelementptr inbounds nuw i32, ptr %7, i64 %30
  %32 = load i32, ptr %31, align 4
  %33 = and i32 %32, 255
  br label %34

34:                                               ; preds = %3, %26, %28
  %35 = phi i32 [ %33, %28 ], [ 0, %26 ], [ 0, %3 ]
  ret i32 %35
}

define dso_local i32 @word_end(ptr noundef %0, ptr noundef %1, i32 noundef %2, i32 noundef %3) local_unnamed_addr {
  %5 = alloca %struct.text, align 8
  call void @llvm.lifetime.start.p0(ptr nonnull %5)
  store ptr %0, ptr %5, align 8
  %6 = getelementptr inbounds nuw i8, ptr %5, i64 8
  store ptr %1, ptr %6, align 8
  %7 = getelementptr inbounds nuw i8, ptr %5, i64 16
  store i32 %3, ptr %7, align 8
  %8 = getelementptr inbounds nuw i8, ptr %5, i64 20
  %9 = getelementptr inbounds nuw i8, ptr %0, i64 4
  %10 = load i32, ptr %9, align 4
  %11 = icmp eq i32 %10, 2
  %12 = zext i1 %11 to i8
  store i8 %12, ptr %8, align 4
  %13 = getelementptr inbounds nuw i8, ptr %5, i64 21
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 1 dereferenceable(3) %13, i8 0, i64 3, i1 false)
  switch i32 %10, label %55 [
    i32 1, label %14
    i32 2, label %14
    i32 3, label %51
    i32 4, label %53
  ]

14:                                               ; preds = %4, %4
  %15 = call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %5, i32 noundef %2)
  %16 = extractvalue { i64, i32 } %15, 1
  %17 = icmp eq i32 %16, 4
  br i1 %17, label %18, label %23

18:                                               ; preds = %14
  %19 = extractvalue { i64, i32 } %15, 0
  %20 = lshr i64 %19, 32
  %21 = trunc nuw i64 %20 to i32
  %22 = add i32 %2, %21
  br label %55

23:                                               ; preds = %14
  %24 = call fastcc i32 @contraction_end(ptr noundef nonnull readonly %5, i32 noundef %2, i1 noundef zeroext false)
  %25 = icmp eq i32 %24, %2
  br i1 %25, label %26, label %55

26:                                               ; preds = %23
  %27 = extractvalue { i64, i32 } %15, 0
  %28 = and i64 %27, 4294967295
  %29 = icmp eq i64 %28, 32
  %30 = zext i1 %29 to i32
  %31 = add i32 %2, %30
  %32 = call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %5, i32 noundef %31)
  %33 = extractvalue { i64, i32 } %32, 1
  %34 = add i32 %33, -5
  %35 = icmp ult i32 %34, -2
  br i1 %35, label %36, label %49

36:                                               ; preds = %26, %42
  %37 = phi i32 [ %43, %42 ], [ -1, %26 ]
  %38 = phi i32 [ %47, %42 ], [ %31, %26 ]
  %39 = call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %5, i32 noundef %38)
  %40 = extractvalue { i64, i32 } %39, 1
  %41 = icmp eq i32 %40, %33
  br i1 %41, label %42, label %55

42:                                               ; preds = %36
  %43 = add i32 %37, -1
  %44 = extractvalue { i64, i32 } %39, 0
  %45 = lshr i64 %44, 32
  %46 = trunc nuw i64 %45 to i32
  %47 = add i32 %38, %46
  %48 = icmp eq i32 %43, 0
  br i1 %48, label %55, label %36

49:                                               ; preds = %26
  %50 = call fastcc i32 @spaces_end(ptr noundef nonnull readonly %5, i32 noundef %2, i1 noundef zeroext false)
  br label %55

51:                                               ; preds = %4
  %52 = call fastcc i32 @later_end(ptr noundef %5, i32 noundef %2, i32 noundef 1)
  br label %55

53:                                               ; preds = %4
  %54 = call fastcc i32 @later_end(ptr noundef %5, i32 noundef %2, i32 noundef 3)
  br label %55

55:                                               ; preds = %42, %36, %49, %23, %18, %4, %53, %51
  %56 = phi i32 [ %54, %53 ], [ %3, %4 ], [ %52, %51 ], [ %22, %18 ], [ %24, %23 ], [ %50, %49 ], [ %38, %36 ], [ %47, %42 ]
  call void @llvm.lifetime.end.p0(ptr nonnull %5)
  ret i32 %56
}

define fastcc i32 @later_end(ptr noundef nonnull readonly captures(none) %0, i32 noundef %1, i32 noundef range(i32 1, 4) %2) unnamed_addr {
  %4 = tail call fastcc { i64, i32 } @letter_at(ptr noundef %0, i32 noundef %1)
  %5 = extractvalue { i64, i32 } %4, 0
  %6 = tail call fastcc i32 @contraction_end(ptr noundef %0, i32 noundef %1, i1 noundef zeroext true)
  %7 = icmp eq i32 %6, %1
  br i1 %7, label %8, label %97

8:                                                ; preds = %3
  %9 = extractvalue { i64, i32 } %4, 1
  switch i32 %9, label %23 [
    i32 2, label %10
    i32 1, label %37
  ]

10:                                               ; preds = %8, %16
  %11 = phi i32 [ %17, %16 ], [ %2, %8 ]
  %12 = phi i32 [ %21, %16 ], [ %1, %8 ]
  %13 = tail call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %0, i32 noundef %12)
  %14 = extractvalue { i64, i32 } %13, 1
  %15 = icmp eq i32 %14, 2
  br i1 %15, label %16, label %97

16:                                               ; preds = %10
  %17 = add nsw i32 %11, -1
  %18 = extractvalue { i64, i32 } %13, 0
  %19 = lshr i64 %18, 32
  %20 = trunc nuw i64 %19 to i32
  %21 = add i32 %12, %20
  %22 = icmp eq i32 %17, 0
  br i1 %22, label %97, label %10

23:                                               ; preds = %8
  %24 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %25 = load i32, ptr %24, align 8
  %26 = icmp ult i32 %1, %25
  br i1 %26, label %27, label %33

27:                                               ; preds = %23
  %28 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %29 = load ptr, ptr %28, align 8
  %30 = zext i32 %1 to i64
  %31 = getelementptr inbounds nuw i8, ptr %29, i64 %30
  %32 = load i8, ptr %31, align 1
  switch i8 %32, label %33 [
    i8 13, label %37
    i8 10, label %37
  ]

33:                                               ; preds = %27, %23
  %34 = lshr i64 %5, 32
  %35 = trunc nuw i64 %34 to i32
  %36 = add i32 %1, %35
  br label %37

37:                                               ; preds = %27, %27, %8, %33
  %38 = phi i32 [ %1, %27 ], [ %36, %33 ], [ %1, %8 ], [ %1, %27 ]
  br label %39

39:                                               ; preds = %45, %37
  %40 = phi i32 [ %46, %45 ], [ -1, %37 ]
  %41 = phi i32 [ %50, %45 ], [ %38, %37 ]
  %42 = tail call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %0, i32 noundef %41)
  %43 = extractvalue { i64, i32 } %42, 1
  %44 = icmp eq i32 %43, 1
  br i1 %44, label %45, label %52

45:                                               ; preds = %39
  %46 = add i32 %40, -1
  %47 = extractvalue { i64, i32 } %42, 0
  %48 = lshr i64 %47, 32
  %49 = trunc nuw i64 %48 to i32
  %50 = add i32 %41, %49
  %51 = icmp eq i32 %46, 0
  br i1 %51, label %52, label %39

52:                                               ; preds = %39, %45
  %53 = phi i32 [ %41, %39 ], [ %50, %45 ]
  %54 = icmp eq i32 %53, %38
  br i1 %54, label %55, label %97

55:                                               ; preds = %52
  %56 = and i64 %5, 4294967295
  %57 = icmp eq i64 %56, 32
  %58 = zext i1 %57 to i32
  %59 = add i32 %1, %58
  %60 = tail call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %0, i32 noundef %59)
  %61 = extractvalue { i64, i32 } %60, 1
  %62 = icmp eq i32 %61, 0
  br i1 %62, label %65, label %63

63:                                               ; preds = %55
  %64 = tail call fastcc i32 @spaces_end(ptr noundef %0, i32 noundef %1, i1 noundef zeroext true)
  br label %97

65:                                               ; preds = %55, %71
  %66 = phi i32 [ %72, %71 ], [ -1, %55 ]
  %67 = phi i32 [ %76, %71 ], [ %59, %55 ]
  %68 = tail call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %0, i32 noundef %67)
  %69 = extractvalue { i64, i32 } %68, 1
  %70 = icmp eq i32 %69, 0
  br i1 %70, label %71, label %78

71:                                               ; preds = %65
  %72 = add i32 %66, -1
  %73 = extractvalue { i64, i32 } %68, 0
  %74 = lshr i64 %73, 32
  %75 = trunc nuw i64 %74 to i32
  %76 = add i32 %67, %75
  %77 = icmp eq i32 %72, 0
  br i1 %77, label %78, label %65

78:                                               ; preds = %65, %71
  %79 = phi i32 [ %67, %65 ], [ %76, %71 ]
  %80 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %81 = load i32, ptr %80, align 8
  %82 = icmp ult i32 %79, %81
  br i1 %82, label %83, label %97

83:                                               ; preds = %78
  %84 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %85 = load ptr, ptr %84, align 8
  %86 = zext i32 %79 to i64
  br label %87

87:                                               ; preds = %83, %91
  %88 = phi i64 [ %86, %83 ], [ %92, %91 ]
  %89 = getelementptr inbounds nuw i8, ptr %85, i64 %88
  %90 = load i8, ptr %89, align 1
  switch i8 %90, label %95 [
    i8 13, label %91
    i8 10, label %91
  ]

91:                                               ; preds = %87, %87
  %92 = add nuw nsw i64 %88, 1
  %93 = trunc i64 %92 to i32
  %94 = icmp eq i32 %81, %93
  br i1 %94, label %97, label %87

95:                                               ; preds = %87
  %96 = trunc nuw i64 %88 to i32
  br label %97

97:                                               ; preds = %16, %10, %91, %95, %78, %52, %3, %63
  %98 = phi i32 [ %53, %52 ], [ %81, %91 ], [ %6, %3 ], [ %64, %63 ], [ %79, %78 ], [ %96, %95 ], [ %12, %10 ], [ %21, %16 ]
  ret i32 %98
}

define dso_local void @tokens.encode(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = alloca %struct.prompt, align 8
  call void @llvm.lifetime.start.p0(ptr nonnull %2)
  %3 = load i64, ptr %0, align 8
  %4 = inttoptr i64 %3 to ptr
  store ptr %4, ptr %2, align 8
  %5 = getelementptr inbounds nuw i8, ptr %2, i64 8
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %7 = load i64, ptr %6, align 8
  %8 = trunc i64 %7 to i32
  store i32 %8, ptr %5, align 8
  %9 = getelementptr inbounds nuw i8, ptr %2, i64 12
  store i32 0, ptr %9, align 4
  %10 = getelementptr inbounds nuw i8, ptr %2, i64 16
  %11 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %12 = load i64, ptr %11, align 8
  %13 = inttoptr i64 %12 to ptr
  store ptr %13, ptr %10, align 8
  %14 = getelementptr inbounds nuw i8, ptr %2, i64 24
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %16 = load i64, ptr %15, align 8
  %17 = trunc i64 %16 to i32
  store i32 %17, ptr %14, align 8
  %18 = getelementptr inbounds nuw i8, ptr %2, i64 28
  %19 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  %22 = load i32, ptr %21, align 4
  store i32 %22, ptr %18, align 4
  %23 = getelementptr inbounds nuw i8, ptr %2, i64 32
  %24 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %25 = load i64, ptr %24, align 8
  %26 = trunc i64 %25 to i32
  store i32 %26, ptr %23, align 8
  %27 = getelementptr inbounds nuw i8, ptr %2, i64 36
  store i32 0, ptr %27, align 4
  %28 = getelementptr inbounds nuw i8, ptr %2, i64 40
  %29 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %30 = load i64, ptr %29, align 8
  %31 = inttoptr i64 %30 to ptr
  store ptr %31, ptr %28, align 8
  %32 = getelementptr inbounds nuw i8, ptr %2, i64 48
  %33 = getelementptr inbounds nuw i8, ptr %0, i64 56
  %34 = load i64, ptr %33, align 8
  %35 = trunc i64 %34 to i32
  store i32 %35, ptr %32, align 8
  %36 = getelementptr inbounds nuw i8, ptr %2, i64 52
  %37 = getelementptr inbounds nuw i8, ptr %0, i64 64
  %38 = load i64, ptr %37, align 8
  %39 = trunc i64 %38 to i32
  store i32 %39, ptr %36, align 4
  %40 = getelementptr inbounds nuw i8, ptr %2, i64 56
  %41 = getelementptr inbounds nuw i8, ptr %0, i64 72
  %42 = load i64, ptr %41, align 8
  %43 = inttoptr i64 %42 to ptr
  store ptr %43, ptr %40, align 8
  %44 = getelementptr inbounds nuw i8, ptr %2, i64 64
  %45 = getelementptr inbounds nuw i8, ptr %0, i64 80
  %46 = load i64, ptr %45, align 8
  %47 = trunc i64 %46 to i32
  store i32 %47, ptr %44, align 8
  %48 = getelementptr inbounds nuw i8, ptr %2, i64 68
  store i32 0, ptr %48, align 4
  %49 = getelementptr inbounds nuw i8, ptr %2, i64 72
  %50 = getelementptr inbounds nuw i8, ptr %0, i64 88
  %51 = load i64, ptr %50, align 8
  %52 = inttoptr i64 %51 to ptr
  store ptr %52, ptr %49, align 8
  call void @encode_prompt(ptr noundef nonnull %2)
  call void @llvm.lifetime.end.p0(ptr nonnull %2)
  ret void
}

define dso_local void @tokens.count(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = load i64, ptr %0, align 8
  %3 = inttoptr i64 %2 to ptr
  %4 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %5 = load i64, ptr %4, align 8
  %6 = trunc i64 %5 to i32
  %7 = icmp eq i32 %6, 0
  br i1 %7, label %20, label %8

8:                                                ; preds = %1
  %9 = and i64 %5, 4294967295
  br label %10

10:                                               ; preds = %15, %8
  %11 = phi i64 [ 0, %8 ], [ %16, %15 ]
  %12 = getelementptr inbounds nuw i32, ptr %3, i64 %11
  %13 = load i32, ptr %12, align 4
  %14 = icmp eq i32 %13, -1
  br i1 %14, label %18, label %15

15:                                               ; preds = %10
  %16 = add nuw nsw i64 %11, 1
  %17 = icmp eq i64 %16, %9
  br i1 %17, label %20, label %10

18:                                               ; preds = %10
  %19 = trunc nuw i64 %11 to i32
  br label %20

20:                                               ; preds = %15, %1, %18
  %21 = phi i32 [ 0, %1 ], [ %19, %18 ], [ %6, %15 ]
  %22 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %23 = load i64, ptr %22, align 8
  %24 = inttoptr i64 %23 to ptr
  store i32 %21, ptr %24, align 4
  ret void
}

define dso_local void @tokens.decode(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = alloca %struct.answer, align 8
  call void @llvm.lifetime.start.p0(ptr nonnull %2)
  %3 = load i64, ptr %0, align 8
  %4 = inttoptr i64 %3 to ptr
  store ptr %4, ptr %2, align 8
  %5 = getelementptr inbounds nuw i8, ptr %2, i64 8
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %7 = load i64, ptr %6, align 8
  %8 = trunc i64 %7 to i32
  store i32 %8, ptr %5, align 8
  %9 = getelementptr inbounds nuw i8, ptr %2, i64 12
  store i32 0, ptr %9, align 4
  %10 = getelementptr inbounds nuw i8, ptr %2, i64 16
  %11 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %12 = load i64, ptr %11, align 8
  %13 = inttoptr i64 %12 to ptr
  store ptr %13, ptr %10, align 8
  %14 = getelementptr inbounds nuw i8, ptr %2, i64 24
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %16 = load i64, ptr %15, align 8
  %17 = trunc i64 %16 to i32
  store i32 %17, ptr %14, align 8
  %18 = getelementptr inbounds nuw i8, ptr %2, i64 28
  %19 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  %22 = load i32, ptr %21, align 4
  store i32 %22, ptr %18, align 4
  %23 = getelementptr inbounds nuw i8, ptr %2, i64 32
  %24 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %25 = load i64, ptr %24, align 8
  %26 = trunc i64 %25 to i32
  store i32 %26, ptr %23, align 8
  %27 = getelementptr inbounds nuw i8, ptr %2, i64 36
  %28 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %29 = load i64, ptr %28, align 8
  %30 = trunc i64 %29 to i32
  store i32 %30, ptr %27, align 4
  %31 = getelementptr inbounds nuw i8, ptr %0, i64 56
  %32 = load i64, ptr %31, align 8
  %33 = inttoptr i64 %32 to ptr
  %34 = call i32 @decode_answer(ptr noundef nonnull %2, ptr noundef %33)
  call void @llvm.lifetime.end.p0(ptr nonnull %2)
  ret void
}

define dso_local void @tokens.length(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = load i64, ptr %0, align 8
  %3 = inttoptr i64 %2 to ptr
  %4 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %5 = load i64, ptr %4, align 8
  %6 = trunc i64 %5 to i32
  %7 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %8 = load i64, ptr %7, align 8
  %9 = inttoptr i64 %8 to ptr
  %10 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %11 = load i64, ptr %10, align 8
  %12 = trunc i64 %11 to i32
  %13 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %14 = load i64, ptr %13, align 8
  %15 = inttoptr i64 %14 to ptr
  %16 = load i32, ptr %15, align 4
  %17 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %18 = load i64, ptr %17, align 8
  %19 = trunc i64 %18 to i32
  %20 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %21 = load i64, ptr %20, align 8
  %22 = trunc i64 %21 to i32
  %23 = tail call i32 @llvm.umin.i32(i32 %16, i32 %12)
  %24 = zext i32 %23 to i64
  %25 = getelementptr inbounds nuw i32, ptr %9, i64 %24
  %26 = sub i32 %12, %23
  %27 = tail call i32 @tokens_decode(ptr noundef %3, i32 noundef %6, ptr noundef %25, i32 noundef %26, i32 noundef %19, ptr noundef null, i32 noundef %22)
  %28 = getelementptr inbounds nuw i8, ptr %0, i64 56
  %29 = load i64, ptr %28, align 8
  %30 = inttoptr i64 %29 to ptr
  store i32 %27, ptr %30, align 4
  ret void
}

define void @encode_words(ptr noundef %0, ptr %1, i32 %2) {
  %4 = icmp eq i32 %2, 0
  br i1 %4, label %17, label %5

5:                                                ; preds = %3
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 252
  %7 = getelementptr inbounds nuw i8, ptr %0, i64 248
  %8 = getelementptr inbounds nuw i8, ptr %0, i64 256
  %9 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %10 = getelementptr inbounds nuw i8, ptr %0, i64 240
  %11 = getelementptr inbounds nuw i8, ptr %0, i64 280
  %12 = getelementptr inbounds nuw i8, ptr %0, i64 96
  %13 = getelementptr inbounds nuw i8, ptr %0, i64 88
  %14 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 288
  %16 = getelementptr inbounds nuw i8, ptr %0, i64 12
  br label %18

17:                                               ; preds = %211, %3
  ret void

18:                                               ; preds = %5, %211
  %19 = phi i32 [ 0, %5 ], [ %20, %211 ]
  %20 = tail call i32 @word_end(ptr noundef %0, ptr noundef %1, i32 noundef %19, i32 noundef %2)
  %21 = zext i32 %19 to i64
  %22 = getelementptr inbounds nuw i8, ptr %1, i64 %21
  %23 = sub i32 %20, %19
  %24 = load i32, ptr %6, align 4
  %25 = load i32, ptr %7, align 8
  %26 = icmp eq i32 %24, %25
  br i1 %26, label %211, label %27

27:                                               ; preds = %18
  store i8 0, ptr %8, align 8
  %28 = load i32, ptr %9, align 8
  %29 = and i32 %28, 64
  %30 = icmp eq i32 %29, 0
  br i1 %30, label %41, label %31

31:                                               ; preds = %27
  %32 = tail call i32 @table_find(ptr noundef nonnull %0, ptr readonly %22, i32 %23)
  %33 = icmp eq i32 %32, -1
  br i1 %33, label %41, label %34

34:                                               ; preds = %31
  %35 = icmp ult i32 %24, %25
  br i1 %35, label %36, label %211

36:                                               ; preds = %34
  %37 = load ptr, ptr %10, align 8
  %38 = add nuw i32 %24, 1
  store i32 %38, ptr %6, align 4
  %39 = zext i32 %24 to i64
  %40 = getelementptr inbounds nuw i32, ptr %37, i64 %39
  store i32 %32, ptr %40, align 4
  br label %211

41:                                               ; preds = %31, %27
  %42 = load i32, ptr %0, align 8
  %43 = icmp ne i32 %42, 2
  %44 = icmp eq i32 %23, 0
  br i1 %44, label %118, label %45

45:                                               ; preds = %41, %109
  %46 = phi i32 [ %115, %109 ], [ 0, %41 ]
  %47 = phi i32 [ %116, %109 ], [ 0, %41 ]
  %48 = phi i32 [ %110, %109 ], [ 1, %41 ]
  %49 = zext i32 %47 to i64
  %50 = getelementptr inbounds nuw i8, ptr %22, i64 %49
  %51 = load ptr, ptr %11, align 8
  %52 = zext i32 %46 to i64
  %53 = getelementptr inbounds nuw %struct.symbol, ptr %51, i64 %52
  %54 = getelementptr inbounds nuw i8, ptr %53, i64 4
  store i32 %47, ptr %54, align 4
  %55 = load i8, ptr %50, align 1
  br i1 %43, label %56, label %97

56:                                               ; preds = %45
  %57 = add i8 %55, 11
  %58 = icmp ult i8 %57, -51
  br i1 %58, label %94, label %59

59:                                               ; preds = %56
  %60 = sub i32 %23, %47
  %61 = icmp samesign ugt i8 %55, -33
  %62 = select i1 %61, i32 2, i32 1
  %63 = icmp samesign ugt i8 %55, -17
  %64 = icmp eq i8 %55, -19
  %65 = icmp eq i8 %55, -12
  %66 = select i1 %65, i32 143, i32 191
  %67 = select i1 %64, i32 159, i32 %66
  %68 = icmp eq i8 %55, -32
  %69 = icmp eq i8 %55, -16
  %70 = select i1 %69, i32 144, i32 128
  %71 = select i1 %68, i32 160, i32 %70
  %72 = tail call i32 @llvm.umax.i32(i32 %60, i32 1)
  %73 = zext i32 %72 to i64
  %74 = select i1 %63, i32 2, i32 1
  %75 = add nuw nsw i32 %74, %62
  %76 = zext nneg i32 %75 to i64
  br label %77

77:                                               ; preds = %89, %59
  %78 = phi i64 [ 1, %59 ], [ %90, %89 ]
  %79 = phi i32 [ %67, %59 ], [ 191, %89 ]
  %80 = phi i32 [ %71, %59 ], [ 128, %89 ]
  %81 = icmp eq i64 %78, %73
  br i1 %81, label %94, label %82

82:                                               ; preds = %77
  %83 = getelementptr inbounds nuw i8, ptr %50, i64 %78
  %84 = load i8, ptr %83, align 1
  %85 = zext i8 %84 to i32
  %86 = icmp samesign ugt i32 %80, %85
  %87 = icmp samesign ult i32 %79, %85
  %88 = or i1 %86, %87
  br i1 %88, label %92, label %89

89:                                               ; preds = %82
  %90 = add nuw nsw i64 %78, 1
  %91 = icmp eq i64 %90, %76
  br i1 %91, label %94, label %77

92:                                               ; preds = %82
  %93 = trunc nuw nsw i64 %78 to i32
  br label %94

94:                                               ; preds = %89, %77, %92, %56
  %95 = phi i32 [ 1, %56 ], [ %93, %92 ], [ %75, %89 ], [ %72, %77 ]
  %96 = tail call i32 @table_find(ptr noundef nonnull readonly %0, ptr nonnull readonly %50, i32 %95)
  br label %109

97:                                               ; preds = %45
  %98 = load i32, ptr %12, align 8
  %99 = zext i8 %55 to i32
  %100 = icmp ugt i32 %98, %99
  br i1 %100, label %101, label %107

101:                                              ; preds = %97
  %102 = load ptr, ptr %13, align 8
  %103 = zext i8 %55 to i64
  %104 = getelementptr inbounds nuw i32, ptr %102, i64 %103
  %105 = load i32, ptr %104, align 4
  %106 = icmp eq i32 %105, -1
  br i1 %106, label %107, label %109

107:                                              ; preds = %101, %97
  %108 = load i32, ptr %14, align 8
  br label %109

109:                                              ; preds = %107, %101, %94
  %110 = phi i32 [ %95, %94 ], [ %48, %101 ], [ %48, %107 ]
  %111 = phi i32 [ %96, %94 ], [ %105, %101 ], [ %108, %107 ]
  store i32 %111, ptr %53, align 4
  %112 = icmp ne i32 %111, -1
  %113 = select i1 %43, i1 true, i1 %112
  %114 = zext i1 %113 to i32
  %115 = add i32 %46, %114
  %116 = add i32 %110, %47
  %117 = icmp ult i32 %116, %23
  br i1 %117, label %45, label %118

118:                                              ; preds = %109, %41
  %119 = phi i32 [ 0, %41 ], [ %115, %109 ]
  %120 = load ptr, ptr %11, align 8
  %121 = load ptr, ptr %15, align 8
  tail call void @merge(ptr noundef nonnull %0, ptr noundef %120, i32 noundef %119, ptr noundef %121)
  %122 = icmp eq i32 %119, 0
  br i1 %122, label %211, label %123

123:                                              ; preds = %118, %210
  %124 = phi i32 [ %129, %210 ], [ 0, %118 ]
  %125 = load ptr, ptr %11, align 8
  %126 = zext i32 %124 to i64
  %127 = getelementptr inbounds nuw %struct.symbol, ptr %125, i64 %126
  %128 = getelementptr inbounds nuw i8, ptr %127, i64 12
  %129 = load i32, ptr %128, align 4
  %130 = icmp ult i32 %129, %119
  br i1 %130, label %131, label %136

131:                                              ; preds = %123
  %132 = zext i32 %129 to i64
  %133 = getelementptr inbounds nuw %struct.symbol, ptr %125, i64 %132
  %134 = getelementptr inbounds nuw i8, ptr %133, i64 4
  %135 = load i32, ptr %134, align 4
  br label %136

136:                                              ; preds = %131, %123
  %137 = phi i32 [ %135, %131 ], [ %23, %123 ]
  %138 = load i32, ptr %127, align 4
  %139 = load i32, ptr %16, align 4
  %140 = icmp ult i32 %138, %139
  br i1 %140, label %141, label %145

141:                                              ; preds = %136
  %142 = load i32, ptr %6, align 4
  %143 = load i32, ptr %7, align 8
  %144 = icmp ult i32 %142, %143
  br i1 %144, label %200, label %208

145:                                              ; preds = %136
  %146 = getelementptr inbounds nuw i8, ptr %127, i64 4
  %147 = load i32, ptr %146, align 4
  %148 = zext i32 %147 to i64
  %149 = getelementptr inbounds nuw i8, ptr %22, i64 %148
  %150 = sub i32 %137, %147
  %151 = load i32, ptr %9, align 8
  %152 = and i32 %151, 128
  %153 = icmp eq i32 %152, 0
  br i1 %153, label %187, label %154

154:                                              ; preds = %145
  %155 = icmp eq i32 %137, %147
  br i1 %155, label %210, label %156

156:                                              ; preds = %154
  %157 = zext i32 %150 to i64
  br label %158

158:                                              ; preds = %184, %156
  %159 = phi i64 [ 0, %156 ], [ %185, %184 ]
  %160 = getelementptr inbounds nuw i8, ptr %149, i64 %159
  %161 = load i8, ptr %160, align 1
  %162 = load i32, ptr %12, align 8
  %163 = zext i8 %161 to i32
  %164 = icmp ugt i32 %162, %163
  br i1 %164, label %165, label %171

165:                                              ; preds = %158
  %166 = load ptr, ptr %13, align 8
  %167 = zext i8 %161 to i64
  %168 = getelementptr inbounds nuw i32, ptr %166, i64 %167
  %169 = load i32, ptr %168, align 4
  %170 = icmp eq i32 %169, -1
  br i1 %170, label %171, label %174

171:                                              ; preds = %165, %158
  %172 = load i32, ptr %14, align 8
  %173 = icmp eq i32 %172, -1
  br i1 %173, label %184, label %174

174:                                              ; preds = %171, %165
  %175 = phi i32 [ %172, %171 ], [ %169, %165 ]
  %176 = load i32, ptr %6, align 4
  %177 = load i32, ptr %7, align 8
  %178 = icmp ult i32 %176, %177
  br i1 %178, label %179, label %184

179:                                              ; preds = %174
  %180 = load ptr, ptr %10, align 8
  %181 = add nuw i32 %176, 1
  store i32 %181, ptr %6, align 4
  %182 = zext i32 %176 to i64
  %183 = getelementptr inbounds nuw i32, ptr %180, i64 %182
  store i32 %175, ptr %183, align 4
  br label %184

184:                                              ; preds = %179, %174, %171
  %185 = add nuw nsw i64 %159, 1
  %186 = icmp eq i64 %185, %157
  br i1 %186, label %210, label %158

187:                                              ; preds = %145
  %188 = load i32, ptr %14, align 8
  %189 = icmp eq i32 %188, -1
  br i1 %189, label %210, label %190

190:                                              ; preds = %187
  %191 = and i32 %151, 256
  %192 = icmp eq i32 %191, 0
  br i1 %192, label %196, label %193

193:                                              ; preds = %190
  %194 = load i8, ptr %8, align 8
  %195 = trunc nuw i8 %194 to i1
  br i1 %195, label %208, label %196

196:                                              ; preds = %193, %190
  %197 = load i32, ptr %6, align 4
  %198 = load i32, ptr %7, align 8
  %199 = icmp ult i32 %197, %198
  br i1 %199, label %200, label %208

200:                                              ; preds = %196, %141
  %201 = phi i32 [ %142, %141 ], [ %197, %196 ]
  %202 = phi i32 [ %138, %141 ], [ %188, %196 ]
  %203 = phi i8 [ 0, %141 ], [ 1, %196 ]
  %204 = load ptr, ptr %10, align 8
  %205 = add nuw i32 %201, 1
  store i32 %205, ptr %6, align 4
  %206 = zext i32 %201 to i64
  %207 = getelementptr inbounds nuw i32, ptr %204, i64 %206
  store i32 %202, ptr %207, align 4
  br label %208

208:                                              ; preds = %200, %196, %193, %141
  %209 = phi i8 [ 1, %196 ], [ 0, %141 ], [ 1, %193 ], [ %203, %200 ]
  store i8 %209, ptr %8, align 8
  br label %210

210:                                              ; preds = %184, %208, %187, %154
  br i1 %130, label %123, label %211

211:                                              ; preds = %210, %18, %34, %36, %118
  %212 = icmp ult i32 %20, %2
  br i1 %212, label %18, label %17
}

define fastcc range(i32 0, 5) i32 @space_at(ptr noundef readonly captures(none) %0, ptr readonly captures(none) %1, i32 range(i32 1, 0) %2, i32 noundef range(i32 0, -1) %3) unnamed_addr {
  %5 = zext i32 %3 to i64
  %6 = getelementptr inbounds nuw i8, ptr %1, i64 %5
  %7 = sub i32 %2, %3
  %8 = load i8, ptr %6, align 1
  %9 = zext i8 %8 to i32
  %10 = icmp sgt i8 %8, -1
  br i1 %10, label %53, label %11

11:                                               ; preds = %4
  %12 = add nsw i8 %8, 11
  %13 = icmp ult i8 %12, -51
  br i1 %13, label %65, label %14

14:                                               ; preds = %11
  %15 = icmp samesign ugt i8 %8, -33
  %16 = select i1 %15, i32 2, i32 1
  %17 = icmp samesign ugt i8 %8, -17
  %18 = zext i1 %17 to i32
  %19 = add nuw nsw i32 %16, %18
  %20 = lshr i32 63, %19
  %21 = and i32 %20, %9
  %22 = icmp eq i8 %8, -19
  %23 = icmp eq i8 %8, -12
  %24 = select i1 %23, i32 143, i32 191
  %25 = select i1 %22, i32 159, i32 %24
  %26 = icmp eq i8 %8, -32
  %27 = icmp eq i8 %8, -16
  %28 = select i1 %27, i32 144, i32 128
  %29 = select i1 %26, i32 160, i32 %28
  %30 = tail call i32 @llvm.umax.i32(i32 %7, i32 1)
  %31 = zext i32 %30 to i64
  %32 = add nuw nsw i32 %19, 1
  %33 = zext nneg i32 %32 to i64
  br label %34

34:                                               ; preds = %47, %14
  %35 = phi i64 [ 1, %14 ], [ %51, %47 ]
  %36 = phi i32 [ %21, %14 ], [ %50, %47 ]
  %37 = phi i32 [ %25, %14 ], [ 191, %47 ]
  %38 = phi i32 [ %29, %14 ], [ 128, %47 ]
  %39 = icmp eq i64 %35, %31
  br i1 %39, label %65, label %40

40:                                               ; preds = %34
  %41 = getelementptr inbounds nuw i8, ptr %6, i64 %35
  %42 = load i8, ptr %41, align 1
  %43 = zext i8 %42 to i32
  %44 = icmp samesign ugt i32 %38, %43
  %45 = icmp samesign ult i32 %37, %43
  %46 = or i1 %44, %45
  br i1 %46, label %65, label %47

47:                                               ; preds = %40
  %48 = shl i32 %36, 6
  %49 = and i32 %43, 63
  %50 = or disjoint i32 %49, %48
  %51 = add nuw nsw i64 %35, 1
  %52 = icmp eq i64 %51, %33
  br i1 %52, label %53, label %34

53:                                               ; preds = %47, %4
  %54 = phi i32 [ 1, %4 ], [ %32, %47 ]
  %55 = phi i32 [ %9, %4 ], [ %50, %47 ]
  %56 = icmp eq i32 %55, 32
  br i1 %56, label %65, label %57

57:                                               ; preds = %53
  %58 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %59 = load i32, ptr %58, align 8
  %60 = and i32 %59, 16
  %61 = icmp ne i32 %60, 0
  %62 = icmp eq i32 %55, 9601
  %63 = and i1 %62, %61
  %64 = select i1 %63, i32 %54, i32 0
  br label %65

65:                                               ; preds = %40, %34, %57, %11, %53
  %66 = phi i32 [ 0, %11 ], [ %64, %57 ], [ %54, %53 ], [ 0, %34 ], [ 0, %40 ]
  ret i32 %66
}

define fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly captures(none) %0, i32 noundef %1) unnamed_addr {
  %3 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %4 = load i32, ptr %3, align 8
  %5 = icmp ult i32 %1, %4
  br i1 %5, label %6, label %93

6:                                                ; preds = %2
  %7 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %8 = load ptr, ptr %7, align 8
  %9 = zext i32 %1 to i64
  %10 = getelementptr inbounds nuw i8, ptr %8, i64 %9
  %11 = sub nuw i32 %4, %1
  %12 = load i8, ptr %10, align 1
  %13 = zext i8 %12 to i32
  %14 = icmp sgt i8 %12, -1
  br i1 %14, label %68, label %15

15:                                               ; preds = %6
  %16 = add nsw i8 %12, 11
  %17 = icmp ult i8 %16, -51
  br i1 %17, label %62, label %18

18:                                               ; preds = %15
  %19 = icmp samesign ugt i8 %12, -33
  %20 = select i1 %19, i32 2, i32 1
  %21 = icmp samesign ugt i8 %12, -17
  %22 = zext i1 %21 to i32
  %23 = add nuw nsw i32 %20, %22
  %24 = lshr i32 63, %23
  %25 = and i32 %24, %13
  %26 = icmp eq i8 %12, -19
  %27 = icmp eq i8 %12, -12
  %28 = select i1 %27, i32 143, i32 191
  %29 = select i1 %26, i32 159, i32 %28
  %30 = icmp eq i8 %12, -32
  %31 = icmp eq i8 %12, -16
  %32 = select i1 %31, i32 144, i32 128
  %33 = select i1 %30, i32 160, i32 %32
  %34 = zext i32 %11 to i64
  %35 = add nuw nsw i32 %23, 1
  %36 = zext nneg i32 %35 to i64
  br label %37

37:                                               ; preds = %50, %18
  %38 = phi i64 [ 1, %18 ], [ %54, %50 ]
  %39 = phi i32 [ %25, %18 ], [ %53, %50 ]
  %40 = phi i32 [ %29, %18 ], [ 191, %50 ]
  %41 = phi i32 [ %33, %18 ], [ 128, %50 ]
  %42 = icmp eq i64 %38, %34
  br i1 %42, label %58, label %43

43:                                               ; preds = %37
  %44 = getelementptr inbounds nuw i8, ptr %10, i64 %38
  %45 = load i8, ptr %44, align 1
  %46 = zext i8 %45 to i32
  %47 = icmp samesign ugt i32 %41, %46
  %48 = icmp samesign ult i32 %40, %46
  %49 = or i1 %47, %48
  br i1 %49, label %58, label %50

50:                                               ; preds = %43
  %51 = shl i32 %39, 6
  %52 = and i32 %46, 63
  %53 = or disjoint i32 %52, %51
  %54 = add nuw nsw i64 %38, 1
  %55 = icmp eq i64 %54, %36
  br i1 %55, label %56, label %37

56:                                               ; preds = %50
  %57 = icmp ugt i32 %51, 127
  br i1 %57, label %62, label %68

58:                                               ; preds = %43, %37
  %59 = phi i64 [ %38, %43 ], [ %34, %37 ]
  %60 = phi i32 [ 1114112, %43 ], [ 1114113, %37 ]
  %61 = trunc nuw nsw i64 %59 to i32
  br label %62

62:                                               ; preds = %58, %15, %56
  %63 = phi i32 [ %53, %56 ], [ 1114112, %15 ], [ %60, %58 ]
  %64 = phi i32 [ %35, %56 ], [ 1, %15 ], [ %61, %58 ]
  %65 = load ptr, ptr %0, align 8
  %66 = tail call i32 @table_property(ptr noundef readonly %65, i32 noundef 8, i32 noundef %63)
  %67 = and i32 %66, 3
  br label %83

68:                                               ; preds = %6, %56
  %69 = phi i32 [ %53, %56 ], [ %13, %6 ]
  %70 = phi i32 [ %35, %56 ], [ 1, %6 ]
  %71 = or i32 %69, 32
  %72 = add nsw i32 %71, -97
  %73 = icmp ult i32 %72, 26
  br i1 %73, label %93, label %74

74:                                               ; preds = %68
  %75 = add nsw i32 %69, -48
  %76 = icmp ult i32 %75, 10
  br i1 %76, label %83, label %77

77:                                               ; preds = %74
  %78 = icmp eq i32 %69, 32
  %79 = add nsw i32 %69, -9
  %80 = icmp ult i32 %79, 5
  %81 = select i1 %78, i1 true, i1 %80
  %82 = select i1 %81, i32 3, i32 0
  br label %93

83:                                               ; preds = %74, %62
  %84 = phi i32 [ %70, %74 ], [ %64, %62 ]
  %85 = phi i32 [ %69, %74 ], [ %63, %62 ]
  %86 = phi i32 [ 2, %74 ], [ %67, %62 ]
  %87 = getelementptr inbounds nuw i8, ptr %0, i64 20
  %88 = load i8, ptr %87, align 4
  %89 = trunc nuw i8 %88 to i1
  %90 = icmp eq i32 %86, 2
  %91 = select i1 %89, i1 %90, i1 false
  %92 = select i1 %91, i32 4, i32 %86
  br label %93

93:                                               ; preds = %83, %68, %77, %2
  %94 = phi i32 [ -1, %2 ], [ %85, %83 ], [ %69, %68 ], [ %69, %77 ]
  %95 = phi i32 [ 0, %2 ], [ %84, %83 ], [ %70, %68 ], [ %70, %77 ]
  %96 = phi i32 [ 4, %2 ], [ %92, %83 ], [ 1, %68 ], [ %82, %77 ]
  %97 = zext i32 %95 to i64
  %98 = shl nuw i64 %97, 32
  %99 = zext i32 %94 to i64
  %100 = or disjoint i64 %98, %99
  %101 = insertvalue { i64, i32 } poison, i64 %100, 0
  %102 = insertvalue { i64, i32 } %101, i32 %96, 1
  ret { i64, i32 } %102
}

define fastcc i32 @contraction_end(ptr noundef nonnull readonly captures(none) %0, i32 noundef %1, i1 noundef zeroext %2) unnamed_addr {
  %4 = tail call fastcc { i64, i32 } @letter_at(ptr noundef %0, i32 noundef %1)
  %5 = extractvalue { i64, i32 } %4, 0
  %6 = and i64 %5, 4294967295
  %7 = icmp eq i64 %6, 39
  br i1 %7, label %8, label %48

8:                                                ; preds = %3
  %9 = add i32 %1, 1
  %10 = tail call fastcc { i64, i32 } @letter_at(ptr noundef %0, i32 noundef %9)
  %11 = extractvalue { i64, i32 } %10, 0
  %12 = trunc i64 %11 to i32
  br i1 %2, label %13, label %24

13:                                               ; preds = %8
  %14 = icmp eq i32 %12, 383
  br i1 %14, label %15, label %19

15:                                               ; preds = %13
  %16 = lshr i64 %11, 32
  %17 = trunc nuw i64 %16 to i32
  %18 = add i32 %9, %17
  br label %48

19:                                               ; preds = %13
  %20 = add i32 %12, -65
  %21 = icmp ult i32 %20, 26
  %22 = add i32 %12, 32
  %23 = select i1 %21, i32 %22, i32 %12
  br label %24

24:                                               ; preds = %19, %8
  %25 = phi i32 [ %12, %8 ], [ %23, %19 ]
  %26 = lshr i64 %11, 32
  %27 = trunc nuw i64 %26 to i32
  %28 = add i32 %9, %27
  switch i32 %25, label %47 [
    i32 116, label %48
    i32 115, label %48
    i32 109, label %48
    i32 100, label %48
    i32 118, label %29
    i32 114, label %29
    i32 108, label %29
  ]

29:                                               ; preds = %24, %24, %24
  %30 = tail call fastcc { i64, i32 } @letter_at(ptr noundef nonnull readonly %0, i32 noundef %28)
  %31 = extractvalue { i64, i32 } %30, 0
  %32 = trunc i64 %31 to i32
  br i1 %2, label %33, label %40

33:                                               ; preds = %29
  %34 = icmp eq i32 %32, 383
  br i1 %34, label %40, label %35

35:                                               ; preds = %33
  %36 = add i32 %32, -65
  %37 = icmp ult i32 %36, 26
  %38 = add i32 %32, 32
  %39 = select i1 %37, i32 %38, i32 %32
  br label %40

40:                                               ; preds = %29, %33, %35
  %41 = phi i32 [ %32, %29 ], [ %39, %35 ], [ 115, %33 ]
  %42 = icmp eq i32 %25, 108
  %43 = select i1 %42, i32 108, i32 101
  %44 = icmp eq i32 %41, %43
  %45 = add i32 %28, 1
  %46 = select i1 %44, i32 %45, i32 %1
  br label %48

47:                                               ; preds = %24
  br label %48

48:                                               ; preds = %15, %24, %24, %24, %24, %47, %40, %3
  %49 = phi i32 [ %1, %3 ], [ %46, %40 ], [ %28, %24 ], [ %28, %24 ], [ %28, %24 ], [ %28, %24 ], [ %1, %47 ], [ %18, %15 ]
  ret i32 %49
}

define fastcc i32 @spaces_end(ptr noundef nonnull readonly captures(none) %0, i32 noundef %1, i1 noundef zeroext %2) unnamed_addr {
  %4 = tail call fastcc { i64, i32 } @letter_at(ptr noundef %0, i32 noundef %1)
  %5 = extractvalue { i64, i32 } %4, 1
  %6 = icmp eq i32 %5, 3
  br i1 %6, label %7, label %11

7:                                                ; preds = %3
  %8 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %9 = load i32, ptr %8, align 8
  %10 = getelementptr inbounds nuw i8, ptr %0, i64 8
  br label %23

11:                                               ; preds = %40, %3
  %12 = phi i32 [ 0, %3 ], [ %41, %40 ]
  %13 = phi i32 [ %1, %3 ], [ %25, %40 ]
  %14 = phi i32 [ %1, %3 ], [ %44, %40 ]
  %15 = phi i32 [ %5, %3 ], [ %46, %40 ]
  %16 = icmp ne i32 %12, 0
  %17 = select i1 %2, i1 %16, i1 false
  %18 = icmp eq i32 %15, 4
  %19 = icmp eq i32 %13, %1
  %20 = or i1 %19, %18
  %21 = select i1 %20, i32 %14, i32 %13
  %22 = select i1 %17, i32 %12, i32 %21
  ret i32 %22

23:                                               ; preds = %7, %40
  %24 = phi { i64, i32 } [ %4, %7 ], [ %45, %40 ]
  %25 = phi i32 [ %1, %7 ], [ %44, %40 ]
  %26 = phi i32 [ 0, %7 ], [ %41, %40 ]
  %27 = extractvalue { i64, i32 } %24, 0
  %28 = icmp ult i32 %25, %9
  br i1 %28, label %29, label %40

29:                                               ; preds = %23
  %30 = load ptr, ptr %10, align 8
  %31 = zext i32 %25 to i64
  %32 = getelementptr inbounds nuw i8, ptr %30, i64 %31
  %33 = load i8, ptr %32, align 1
  %34 = icmp eq i8 %33, 13
  %35 = icmp eq i8 %33, 10
  %36 = or i1 %34, %35
  %37 = add nuw i32 %25, 1
  %38 = freeze i1 %36
  %39 = select i1 %38, i32 %37, i32 %26
  br label %40

40:                                               ; preds = %29, %23
  %41 = phi i32 [ %26, %23 ], [ %39, %29 ]
  %42 = lshr i64 %27, 32
  %43 = trunc nuw i64 %42 to i32
  %44 = add i32 %25, %43
  %45 = tail call fastcc { i64, i32 } @letter_at(ptr noundef %0, i32 noundef %44)
  %46 = extractvalue { i64, i32 } %45, 1
  %47 = icmp eq i32 %46, 3
  br i1 %47, label %23, label %11
}

declare i32 @llvm.umin.i32(i32, i32)

declare i32 @llvm.umax.i32(i32, i32)

declare i32 @llvm.usub.sat.i32(i32, i32)
