%struct.candidate = type { i32, i32 }
%struct.draw = type { ptr, i32, ptr, i32, i32, ptr, ptr, ptr }

@terms = internal unnamed_addr constant [6 x i32] [i32 961594897, i32 985058843, i32 1007192143, i32 1026206269, i32 1042983595, i32 1056964608], align 16
@order = internal unnamed_addr constant [24 x i8] c"\0A\07\0B\11\12\03\05\10\08\15\18\04\0F\17\13\0D\0C\02\14\0E\16\09\06\01", align 16
@turns = internal unnamed_addr constant [24 x i8] c"\01\03\06\0A\0F\15\1C$-7\02\0E\1B)8\08\19+>\12'=\14,", align 16
@constants = internal unnamed_addr constant [24 x i64] [i64 1, i64 32898, i64 -9223372036854742902, i64 -9223372034707259392, i64 32907, i64 2147483649, i64 -9223372034707259263, i64 -9223372036854743031, i64 138, i64 136, i64 2147516425, i64 2147483658, i64 2147516555, i64 -9223372036854775669, i64 -9223372036854742903, i64 -9223372036854743037, i64 -9223372036854743038, i64 -9223372036854775680, i64 32778, i64 -9223372034707292150, i64 -9223372034707259263, i64 -9223372036854742912, i64 2147483649, i64 -9223372034707259384], align 16

define dso_local noundef i32 @f32_add(i32 noundef %0, i32 noundef %1) local_unnamed_addr {
  %3 = bitcast i32 %0 to float
  %4 = bitcast i32 %1 to float
  %5 = fadd float %3, %4
  %6 = bitcast float %5 to i32
  ret i32 %6
}

define dso_local noundef i32 @f32_sub(i32 noundef %0, i32 noundef %1) local_unnamed_addr {
  %3 = bitcast i32 %0 to float
  %4 = bitcast i32 %1 to float
  %5 = fsub float %3, %4
  %6 = bitcast float %5 to i32
  ret i32 %6
}

define dso_local noundef i32 @f32_mul(i32 noundef %0, i32 noundef %1) local_unnamed_addr {
  %3 = bitcast i32 %0 to float
  %4 = bitcast i32 %1 to float
  %5 = fmul float %3, %4
  %6 = bitcast float %5 to i32
  ret i32 %6
}

define dso_local noundef i32 @f32_div(i32 noundef %0, i32 noundef %1) local_unnamed_addr {
  %3 = bitcast i32 %0 to float
  %4 = bitcast i32 %1 to float
  %5 = fdiv float %3, %4
  %6 = bitcast float %5 to i32
  ret i32 %6
}

define dso_local noundef i32 @f32_from_u32(i32 noundef %0) local_unnamed_addr {
  %2 = uitofp i32 %0 to float
  %3 = bitcast float %2 to i32
  ret i32 %3
}

define dso_local noundef zeroext i1 @f32_less(i32 noundef %0, i32 noundef %1) local_unnamed_addr {
  %3 = bitcast i32 %0 to float
  %4 = bitcast i32 %1 to float
  %5 = fcmp olt float %3, %4
  ret i1 %5
}

define dso_local noundef zeroext i1 @f32_less_equal(i32 noundef %0, i32 noundef %1) local_unnamed_addr {
  %3 = bitcast i32 %0 to float
  %4 = bitcast i32 %1 to float
  %5 = fcmp ole float %3, %4
  ret i1 %5
}

define dso_local i32 @exponential(i32 noundef %0) local_unnamed_addr {
  %2 = and i32 %0, 2147483647
  %3 = icmp samesign ult i32 %2, 855638016
  br i1 %3, label %481, label %4

4:                                                ; preds = %1
  %5 = icmp samesign ugt i32 %2, 1118568447
  br i1 %5, label %6, label %8

6:                                                ; preds = %4
  %7 = tail call fastcc i32 @plain_exponential(i32 noundef %0)
  br label %481

8:                                                ; preds = %4
  %9 = icmp samesign ugt i32 %2, 1051816472
  br i1 %9, label %10, label %92

10:                                               ; preds = %8
  %11 = shl i32 %0, 8
  %12 = or i32 %11, -2147483648
  %13 = lshr i32 %0, 23
  %14 = and i32 %13, 255
  %15 = zext i32 %12 to i64
  %16 = mul nuw i64 %15, 3098163968
  %17 = lshr i64 %16, 32
  %18 = trunc nuw i64 %17 to i32
  %19 = icmp slt i64 %16, 0
  br i1 %19, label %20, label %29

20:                                               ; preds = %10
  %21 = add nuw nsw i32 %18, 128
  %22 = and i32 %21, -256
  %23 = icmp eq i32 %22, %21
  br i1 %23, label %24, label %38

24:                                               ; preds = %20
  %25 = and i64 %16, 4294901760
  %26 = icmp eq i64 %25, 0
  %27 = and i32 %21, -512
  %28 = select i1 %26, i32 %27, i32 %21
  br label %38

29:                                               ; preds = %10
  %30 = add nuw i32 %18, 64
  %31 = and i32 %30, -128
  %32 = icmp eq i32 %31, %30
  br i1 %32, label %33, label %38

33:                                               ; preds = %29
  %34 = and i64 %16, 4294901760
  %35 = icmp eq i64 %34, 0
  %36 = and i32 %30, -256
  %37 = select i1 %35, i32 %36, i32 %30
  br label %38

38:                                               ; preds = %20, %24, %29, %33
  %39 = phi i32 [ %28, %24 ], [ %31, %29 ], [ %22, %20 ], [ %37, %33 ]
  %40 = lshr i32 %39, 1
  %41 = add nuw nsw i32 %13, 4
  %42 = sub nsw i32 156, %14
  %43 = lshr i32 %40, %42
  %44 = and i32 %41, 31
  %45 = shl i32 %40, %44
  %46 = and i32 %43, 1
  %47 = add i32 %46, %45
  %48 = icmp ugt i32 %47, -2147483648
  %49 = zext i1 %48 to i32
  %50 = add nuw nsw i32 %43, %49
  %51 = lshr exact i32 %12, 8
  %52 = add nsw i32 %14, -125
  %53 = shl i32 %51, %52
  %54 = mul i32 %50, -23265280
  %55 = add i32 %54, %53
  %56 = mul i32 %50, 14581891
  %57 = icmp ugt i32 %56, 16777215
  br i1 %57, label %58, label %70

58:                                               ; preds = %38
  %59 = tail call range(i32 0, 33) i32 @llvm.ctlz.i32(i32 %56, i1 true)
  %60 = sub nuw nsw i32 8, %59
  %61 = sub nuw nsw i32 7, %59
  %62 = shl nuw nsw i32 1, %61
  %63 = lshr i32 %56, %60
  %64 = and i32 %63, 1
  %65 = add i32 %56, -1
  %66 = add i32 %65, %62
  %67 = add i32 %66, %64
  %68 = shl nsw i32 -1, %60
  %69 = and i32 %67, %68
  br label %70

70:                                               ; preds = %58, %38
  %71 = phi i32 [ %69, %58 ], [ %56, %38 ]
  %72 = shl i32 %55, 7
  %73 = lshr i32 %71, 4
  %74 = add i32 %73, %72
  %75 = add i32 %74, 33554431
  %76 = icmp ult i32 %75, 67108863
  br i1 %76, label %85, label %77

77:                                               ; preds = %70
  %78 = and i32 %71, 15
  %79 = icmp ne i32 %78, 0
  %80 = zext i1 %79 to i32
  %81 = or i32 %74, %80
  %82 = sub nsw i32 0, %50
  %83 = icmp slt i32 %0, 0
  %84 = select i1 %83, i32 %82, i32 %50
  br label %100

85:                                               ; preds = %70
  %86 = shl i32 %55, 11
  %87 = add i32 %71, %86
  %88 = sub nsw i32 0, %50
  %89 = icmp slt i32 %0, 0
  %90 = select i1 %89, i32 %88, i32 %50
  %91 = icmp eq i32 %87, 0
  br i1 %91, label %131, label %100

92:                                               ; preds = %8
  %93 = ashr i32 %0, 31
  %94 = shl i32 %0, 8
  %95 = or i32 %94, -2147483648
  %96 = lshr i32 %0, 23
  %97 = and i32 %96, 255
  %98 = add nsw i32 %97, -127
  %99 = zext i32 %95 to i64
  br label %133

100:                                              ; preds = %85, %77
  %101 = phi i32 [ %74, %77 ], [ %87, %85 ]
  %102 = phi i32 [ %84, %77 ], [ %90, %85 ]
  %103 = phi i32 [ -1, %77 ], [ -5, %85 ]
  %104 = phi i32 [ %81, %77 ], [ %87, %85 ]
  %105 = xor i32 %101, %0
  %106 = ashr i32 %105, 31
  %107 = tail call i32 @llvm.abs.i32(i32 %104, i1 false)
  %108 = tail call range(i32 0, 33) i32 @llvm.ctlz.i32(i32 %107, i1 true)
  %109 = shl i32 %107, %108
  %110 = sub nuw nsw i32 %103, %108
  %111 = lshr i32 %109, 8
  %112 = and i32 %111, 1
  %113 = add i32 %109, 127
  %114 = add i32 %113, %112
  %115 = icmp sgt i32 %114, -1
  %116 = zext i1 %115 to i32
  %117 = add nsw i32 %110, %116
  %118 = tail call i32 @llvm.umax.i32(i32 %114, i32 -2147483648)
  %119 = icmp slt i32 %117, -26
  %120 = and i32 %118, -256
  %121 = zext i32 %120 to i64
  %122 = shl nuw i64 %121, 32
  %123 = zext i32 %106 to i64
  %124 = or disjoint i64 %122, %123
  %125 = select i1 %119, i32 0, i32 %117
  %126 = select i1 %119, i64 0, i64 %124
  %127 = trunc i64 %126 to i32
  %128 = lshr i64 %126, 32
  %129 = trunc nuw i64 %128 to i32
  %130 = icmp eq i64 %128, 0
  br i1 %130, label %131, label %133

131:                                              ; preds = %85, %100
  %132 = tail call fastcc i32 @plain_exponential(i32 noundef %0)
  br label %481

133:                                              ; preds = %92, %100
  %134 = phi i64 [ %99, %92 ], [ %128, %100 ]
  %135 = phi i32 [ %98, %92 ], [ %125, %100 ]
  %136 = phi i32 [ %95, %92 ], [ %129, %100 ]
  %137 = phi i32 [ %93, %92 ], [ %127, %100 ]
  %138 = phi i32 [ 0, %92 ], [ %102, %100 ]
  %139 = mul nuw i64 %134, 3502641408
  %140 = lshr i64 %139, 32
  %141 = trunc nuw i64 %140 to i32
  %142 = icmp slt i64 %139, 0
  br i1 %142, label %143, label %152

143:                                              ; preds = %133
  %144 = add nuw nsw i32 %141, 128
  %145 = and i32 %144, -256
  %146 = icmp eq i32 %145, %144
  br i1 %146, label %147, label %161

147:                                              ; preds = %143
  %148 = and i64 %139, 4294967040
  %149 = icmp eq i64 %148, 0
  %150 = and i32 %144, -512
  %151 = select i1 %149, i32 %150, i32 %144
  br label %161

152:                                              ; preds = %133
  %153 = add nuw i32 %141, 64
  %154 = and i32 %153, -128
  %155 = icmp eq i32 %154, %153
  br i1 %155, label %156, label %161

156:                                              ; preds = %152
  %157 = and i64 %139, 4294967040
  %158 = icmp eq i64 %157, 0
  %159 = and i32 %153, -256
  %160 = select i1 %158, i32 %159, i32 %153
  br label %161

161:                                              ; preds = %156, %152, %147, %143
  %162 = phi i32 [ %151, %147 ], [ %154, %152 ], [ %145, %143 ], [ %160, %156 ]
  %163 = add nsw i32 %135, 30
  %164 = sub nsw i32 2, %135
  %165 = lshr i32 %162, %164
  %166 = xor i32 %165, %137
  %167 = sub i32 %166, %137
  %168 = add i32 %167, -1228006528
  %169 = and i32 %168, -256
  %170 = icmp eq i32 %169, %168
  br i1 %170, label %171, label %181

171:                                              ; preds = %161
  %172 = and i32 %163, 31
  %173 = shl i32 %162, %172
  %174 = icmp eq i32 %173, 0
  br i1 %174, label %175, label %177

175:                                              ; preds = %171
  %176 = and i32 %168, -512
  br label %181

177:                                              ; preds = %171
  %178 = icmp eq i32 %137, 0
  %179 = add i32 %167, -1228006784
  %180 = select i1 %178, i32 %168, i32 %179
  br label %181

181:                                              ; preds = %161, %175, %177
  %182 = phi i32 [ %169, %161 ], [ %180, %177 ], [ %176, %175 ]
  %183 = zext i32 %182 to i64
  %184 = mul nuw i64 %134, %183
  %185 = lshr i64 %184, 32
  %186 = trunc nuw i64 %185 to i32
  %187 = icmp slt i64 %184, 0
  br i1 %187, label %188, label %197

188:                                              ; preds = %181
  %189 = add nsw i32 %186, 128
  %190 = and i32 %189, -256
  %191 = icmp eq i32 %190, %189
  br i1 %191, label %192, label %206

192:                                              ; preds = %188
  %193 = and i64 %184, 4294967295
  %194 = icmp eq i64 %193, 0
  %195 = and i32 %189, -512
  %196 = select i1 %194, i32 %195, i32 %189
  br label %206

197:                                              ; preds = %181
  %198 = add nuw i32 %186, 64
  %199 = and i32 %198, -128
  %200 = icmp eq i32 %199, %198
  br i1 %200, label %201, label %206

201:                                              ; preds = %197
  %202 = and i64 %184, 4294967295
  %203 = icmp eq i64 %202, 0
  %204 = and i32 %198, -256
  %205 = select i1 %203, i32 %204, i32 %198
  br label %206

206:                                              ; preds = %201, %197, %192, %188
  %207 = phi i32 [ %196, %192 ], [ %199, %197 ], [ %190, %188 ], [ %205, %201 ]
  %208 = lshr i32 %207, %164
  %209 = xor i32 %208, %137
  %210 = sub i32 %209, %137
  %211 = add i32 %210, -2004332672
  %212 = and i32 %211, -256
  %213 = icmp eq i32 %212, %211
  br i1 %213, label %214, label %224

214:                                              ; preds = %206
  %215 = and i32 %163, 31
  %216 = shl i32 %207, %215
  %217 = icmp eq i32 %216, 0
  br i1 %217, label %218, label %220

218:                                              ; preds = %214
  %219 = and i32 %211, -512
  br label %224

220:                                              ; preds = %214
  %221 = icmp eq i32 %137, 0
  %222 = add i32 %210, -2004332928
  %223 = select i1 %221, i32 %211, i32 %222
  br label %224

224:                                              ; preds = %206, %218, %220
  %225 = phi i32 [ %212, %206 ], [ %223, %220 ], [ %219, %218 ]
  %226 = zext i32 %225 to i64
  %227 = mul nuw i64 %134, %226
  %228 = lshr i64 %227, 32
  %229 = trunc nuw i64 %228 to i32
  %230 = icmp slt i64 %227, 0
  br i1 %230, label %231, label %240

231:                                              ; preds = %224
  %232 = add nsw i32 %229, 128
  %233 = and i32 %232, -256
  %234 = icmp eq i32 %233, %232
  br i1 %234, label %235, label %249

235:                                              ; preds = %231
  %236 = and i64 %227, 4294967295
  %237 = icmp eq i64 %236, 0
  %238 = and i32 %232, -512
  %239 = select i1 %237, i32 %238, i32 %232
  br label %249

240:                                              ; preds = %224
  %241 = add nuw i32 %229, 64
  %242 = and i32 %241, -128
  %243 = icmp eq i32 %242, %241
  br i1 %243, label %244, label %249

244:                                              ; preds = %240
  %245 = and i64 %227, 4294967295
  %246 = icmp eq i64 %245, 0
  %247 = and i32 %241, -256
  %248 = select i1 %246, i32 %247, i32 %241
  br label %249

249:                                              ; preds = %244, %240, %235, %231
  %250 = phi i32 [ %239, %235 ], [ %242, %240 ], [ %233, %231 ], [ %248, %244 ]
  %251 = add nsw i32 %135, 31
  %252 = sub nsw i32 1, %135
  %253 = lshr i32 %250, %252
  %254 = xor i32 %253, %137
  %255 = sub i32 %254, %137
  %256 = add i32 %255, -1431683712
  %257 = and i32 %256, -256
  %258 = icmp eq i32 %257, %256
  br i1 %258, label %259, label %269

259:                                              ; preds = %249
  %260 = and i32 %251, 31
  %261 = shl i32 %250, %260
  %262 = icmp eq i32 %261, 0
  br i1 %262, label %263, label %265

263:                                              ; preds = %259
  %264 = and i32 %256, -512
  br label %269

265:                                              ; preds = %259
  %266 = icmp eq i32 %137, 0
  %267 = add i32 %255, -1431683968
  %268 = select i1 %266, i32 %256, i32 %267
  br label %269

269:                                              ; preds = %249, %263, %265
  %270 = phi i32 [ %257, %249 ], [ %268, %265 ], [ %264, %263 ]
  %271 = zext i32 %270 to i64
  %272 = mul nuw i64 %134, %271
  %273 = lshr i64 %272, 32
  %274 = trunc nuw i64 %273 to i32
  %275 = icmp slt i64 %272, 0
  br i1 %275, label %276, label %285

276:                                              ; preds = %269
  %277 = add nsw i32 %274, 128
  %278 = and i32 %277, -256
  %279 = icmp eq i32 %278, %277
  br i1 %279, label %280, label %294

280:                                              ; preds = %276
  %281 = and i64 %272, 4294967295
  %282 = icmp eq i64 %281, 0
  %283 = and i32 %277, -512
  %284 = select i1 %282, i32 %283, i32 %277
  br label %294

285:                                              ; preds = %269
  %286 = add nuw i32 %274, 64
  %287 = and i32 %286, -128
  %288 = icmp eq i32 %287, %286
  br i1 %288, label %289, label %294

289:                                              ; preds = %285
  %290 = and i64 %272, 4294967295
  %291 = icmp eq i64 %290, 0
  %292 = and i32 %286, -256
  %293 = select i1 %291, i32 %292, i32 %286
  br label %294

294:                                              ; preds = %289, %285, %280, %276
  %295 = phi i32 [ %284, %280 ], [ %287, %285 ], [ %278, %276 ], [ %293, %289 ]
  %296 = lshr i32 %295, %252
  %297 = xor i32 %296, %137
  %298 = sub i32 %297, %137
  %299 = add i32 %298, -1431655552
  %300 = and i32 %299, -256
  %301 = icmp eq i32 %300, %299
  br i1 %301, label %302, label %312

302:                                              ; preds = %294
  %303 = and i32 %251, 31
  %304 = shl i32 %295, %303
  %305 = icmp eq i32 %304, 0
  br i1 %305, label %306, label %308

306:                                              ; preds = %302
  %307 = and i32 %299, -512
  br label %312

308:                                              ; preds = %302
  %309 = icmp eq i32 %137, 0
  %310 = add i32 %298, -1431655808
  %311 = select i1 %309, i32 %299, i32 %310
  br label %312

312:                                              ; preds = %294, %306, %308
  %313 = phi i32 [ %300, %294 ], [ %311, %308 ], [ %307, %306 ]
  %314 = zext i32 %313 to i64
  %315 = mul nuw i64 %134, %314
  %316 = lshr i64 %315, 32
  %317 = trunc nuw i64 %316 to i32
  %318 = icmp slt i64 %315, 0
  br i1 %318, label %319, label %328

319:                                              ; preds = %312
  %320 = add nsw i32 %317, 128
  %321 = and i32 %320, -256
  %322 = icmp eq i32 %321, %320
  br i1 %322, label %323, label %337

323:                                              ; preds = %319
  %324 = and i64 %315, 4294967295
  %325 = icmp eq i64 %324, 0
  %326 = and i32 %320, -512
  %327 = select i1 %325, i32 %326, i32 %320
  br label %337

328:                                              ; preds = %312
  %329 = add nuw i32 %317, 64
  %330 = and i32 %329, -128
  %331 = icmp eq i32 %330, %329
  br i1 %331, label %332, label %337

332:                                              ; preds = %328
  %333 = and i64 %315, 4294967295
  %334 = icmp eq i64 %333, 0
  %335 = and i32 %329, -256
  %336 = select i1 %334, i32 %335, i32 %329
  br label %337

337:                                              ; preds = %319, %323, %328, %332
  %338 = phi i32 [ %327, %323 ], [ %330, %328 ], [ %321, %319 ], [ %336, %332 ]
  %339 = lshr i32 %338, %252
  %340 = and i32 %251, 31
  %341 = shl i32 %338, %340
  %342 = icmp ne i32 %341, 0
  %343 = zext i1 %342 to i32
  %344 = or i32 %339, %343
  %345 = xor i32 %344, %137
  %346 = sub i32 %345, %137
  %347 = xor i32 %346, -2147483648
  %348 = icmp slt i32 %346, 0
  %349 = shl i32 %346, 1
  %350 = select i1 %348, i32 2, i32 1
  %351 = select i1 %348, i32 %349, i32 %347
  %352 = lshr i32 %351, 8
  %353 = and i32 %352, 1
  %354 = add i32 %351, 127
  %355 = add i32 %354, %353
  %356 = icmp sgt i32 %355, -1
  %357 = select i1 %356, i32 1, i32 %350
  %358 = tail call i32 @llvm.umax.i32(i32 %355, i32 -2147483648)
  %359 = and i32 %358, -256
  %360 = mul nuw i64 %134, %134
  %361 = lshr i64 %360, 32
  %362 = trunc nuw i64 %361 to i32
  %363 = icmp slt i64 %360, 0
  br i1 %363, label %364, label %373

364:                                              ; preds = %337
  %365 = add nsw i32 %362, 128
  %366 = and i32 %365, -256
  %367 = icmp eq i32 %366, %365
  br i1 %367, label %368, label %382

368:                                              ; preds = %364
  %369 = and i64 %360, 4294967295
  %370 = icmp eq i64 %369, 0
  %371 = and i32 %365, -512
  %372 = select i1 %370, i32 %371, i32 %365
  br label %382

373:                                              ; preds = %337
  %374 = add nuw i32 %362, 64
  %375 = and i32 %374, -128
  %376 = icmp eq i32 %375, %374
  br i1 %376, label %377, label %382

377:                                              ; preds = %373
  %378 = and i64 %360, 4294967295
  %379 = icmp eq i64 %378, 0
  %380 = and i32 %374, -256
  %381 = select i1 %379, i32 %380, i32 %374
  br label %382

382:                                              ; preds = %364, %368, %373, %377
  %383 = phi i32 [ %372, %368 ], [ %375, %373 ], [ %366, %364 ], [ %381, %377 ]
  %384 = ashr i32 %383, 31
  %385 = icmp sgt i32 %383, -1
  %386 = zext i1 %385 to i32
  %387 = shl i32 %383, %386
  %388 = zext i32 %387 to i64
  %389 = zext i32 %359 to i64
  %390 = mul nuw i64 %388, %389
  %391 = lshr i64 %390, 32
  %392 = trunc nuw i64 %391 to i32
  %393 = icmp slt i64 %390, 0
  br i1 %393, label %394, label %403

394:                                              ; preds = %382
  %395 = add nuw nsw i32 %392, 128
  %396 = and i32 %395, -256
  %397 = icmp eq i32 %396, %395
  br i1 %397, label %398, label %412

398:                                              ; preds = %394
  %399 = and i64 %390, 4294967040
  %400 = icmp eq i64 %399, 0
  %401 = and i32 %395, -512
  %402 = select i1 %400, i32 %401, i32 %395
  br label %412

403:                                              ; preds = %382
  %404 = add nuw i32 %392, 64
  %405 = and i32 %404, -128
  %406 = icmp eq i32 %405, %404
  br i1 %406, label %407, label %412

407:                                              ; preds = %403
  %408 = and i64 %390, 4294967040
  %409 = icmp eq i64 %408, 0
  %410 = and i32 %404, -256
  %411 = select i1 %409, i32 %410, i32 %404
  br label %412

412:                                              ; preds = %394, %398, %403, %407
  %413 = phi i32 [ %402, %398 ], [ %405, %403 ], [ %396, %394 ], [ %411, %407 ]
  %414 = ashr i32 %413, 31
  %415 = icmp sgt i32 %413, -1
  %416 = zext i1 %415 to i32
  %417 = shl i32 %413, %416
  %418 = sub nsw i32 %357, %135
  %419 = add nsw i32 %418, %384
  %420 = add nsw i32 %419, %414
  %421 = lshr i32 %417, %420
  %422 = sub nsw i32 0, %420
  %423 = and i32 %422, 31
  %424 = shl i32 %417, %423
  %425 = icmp ne i32 %424, 0
  %426 = zext i1 %425 to i32
  %427 = or i32 %421, %426
  %428 = icmp eq i32 %137, 0
  br i1 %428, label %435, label %429

429:                                              ; preds = %412
  %430 = sub i32 %136, %427
  %431 = icmp sgt i32 %430, -1
  br i1 %431, label %432, label %444

432:                                              ; preds = %429
  %433 = shl nuw i32 %430, 1
  %434 = add nsw i32 %135, -1
  br label %444

435:                                              ; preds = %412
  %436 = add i32 %427, %136
  %437 = icmp ult i32 %436, %427
  br i1 %437, label %438, label %444

438:                                              ; preds = %435
  %439 = lshr i32 %436, 1
  %440 = and i32 %436, 1
  %441 = or i32 %440, %439
  %442 = or disjoint i32 %441, -2147483648
  %443 = add nsw i32 %135, 1
  br label %444

444:                                              ; preds = %429, %432, %435, %438
  %445 = phi i32 [ %430, %429 ], [ %433, %432 ], [ %442, %438 ], [ %436, %435 ]
  %446 = phi i32 [ %135, %429 ], [ %434, %432 ], [ %443, %438 ], [ %135, %435 ]
  %447 = lshr i32 %445, 8
  %448 = and i32 %447, 1
  %449 = add i32 %445, 127
  %450 = add i32 %449, %448
  %451 = tail call i32 @llvm.umax.i32(i32 %450, i32 -2147483648)
  %452 = icmp sgt i32 %450, -1
  %453 = zext i1 %452 to i32
  %454 = add nsw i32 %446, %453
  %455 = and i32 %451, -256
  %456 = sub nsw i32 0, %454
  %457 = lshr i32 %455, %456
  %458 = and i32 %454, 31
  %459 = shl i32 %455, %458
  %460 = icmp ne i32 %459, 0
  %461 = zext i1 %460 to i32
  %462 = or i32 %457, %461
  %463 = xor i32 %462, %137
  %464 = sub i32 %463, %137
  %465 = xor i32 %464, -2147483648
  %466 = icmp slt i32 %464, 0
  %467 = shl i32 %464, 1
  %468 = select i1 %466, i32 %467, i32 %465
  %469 = select i1 %466, i32 125, i32 126
  %470 = lshr i32 %468, 8
  %471 = and i32 %470, 1
  %472 = and i32 %468, 255
  %473 = add nuw nsw i32 %472, 127
  %474 = add nuw nsw i32 %473, %471
  %475 = icmp samesign ugt i32 %474, 255
  %476 = zext i1 %475 to i32
  %477 = add nsw i32 %469, %138
  %478 = shl i32 %477, 23
  %479 = add i32 %478, %470
  %480 = add i32 %479, %476
  br label %481

481:                                              ; preds = %131, %444, %1, %6
  %482 = phi i32 [ 1065353216, %1 ], [ %7, %6 ], [ %480, %444 ], [ %132, %131 ]
  ret i32 %482
}

declare void @llvm.lifetime.start.p0(ptr captures(none))

define fastcc i32 @plain_exponential(i32 noundef %0) unnamed_addr {
  %2 = bitcast i32 %0 to float
  %3 = fcmp ogt float %2, 8.900000e+01
  br i1 %3, label %44, label %4

4:                                                ; preds = %1
  %5 = fcmp olt float %2, -1.040000e+02
  br i1 %5, label %44, label %6

6:                                                ; preds = %4
  %7 = and i32 %0, 2147483647
  %8 = icmp samesign ugt i32 %7, 2139095040
  br i1 %8, label %44, label %9

9:                                                ; preds = %6
  %10 = fmul float %2, 0x3FF7154760000000
  %11 = fadd float %10, 0x4168000000000000
  %12 = fadd float %11, 0xC168000000000000
  %13 = fmul float %12, 0x3FE6300000000000
  %14 = fsub float %2, %13
  %15 = fmul float %12, 0x3F2BD01060000000
  %16 = fadd float %15, %14
  br label %17

17:                                               ; preds = %17, %9
  %18 = phi i64 [ 1, %9 ], [ %24, %17 ]
  %19 = phi float [ 0x3F2A18C220000000, %9 ], [ %23, %17 ]
  %20 = fmul float %16, %19
  %21 = getelementptr inbounds nuw i32, ptr @terms, i64 %18
  %22 = load float, ptr %21, align 4
  %23 = fadd float %20, %22
  %24 = add nuw nsw i64 %18, 1
  %25 = icmp eq i64 %24, 6
  br i1 %25, label %26, label %17

26:                                               ; preds = %17
  %27 = bitcast float %11 to i32
  %28 = add i32 %27, -1262485504
  %29 = fmul float %16, %16
  %30 = fmul float %29, %23
  %31 = fadd float %16, %30
  %32 = fadd float %31, 1.000000e+00
  %33 = ashr i32 %28, 1
  %34 = shl i32 %33, 23
  %35 = add i32 %34, 1065353216
  %36 = bitcast i32 %35 to float
  %37 = fmul float %32, %36
  %38 = sub i32 %27, %33
  %39 = shl i32 %38, 23
  %40 = add i32 %39, 1065353216
  %41 = bitcast i32 %40 to float
  %42 = fmul float %37, %41
  %43 = bitcast float %42 to i32
  br label %44

44:                                               ; preds = %6, %4, %1, %26
  %45 = phi i32 [ %43, %26 ], [ 2139095040, %1 ], [ 0, %4 ], [ 2143289344, %6 ]
  ret i32 %45
}

declare void @llvm.lifetime.end.p0(ptr captures(none))

define dso_local i32 @exponential_less_one(i32 noundef %0) local_unnamed_addr {
  %2 = and i32 %0, 2147483647
  %3 = icmp samesign ult i32 %2, 1098907648
  br i1 %3, label %8, label %4

4:                                                ; preds = %1
  %5 = tail call i32 @exponential(i32 noundef %0)
  %6 = bitcast i32 %5 to float
  %7 = fadd float %6, -1.000000e+00
  br label %496

8:                                                ; preds = %1
  %9 = icmp samesign ugt i32 %2, 855638015
  br i1 %9, label %10, label %463

10:                                               ; preds = %8
  %11 = icmp samesign ugt i32 %2, 1051816472
  br i1 %11, label %12, label %94

12:                                               ; preds = %10
  %13 = shl i32 %0, 8
  %14 = or i32 %13, -2147483648
  %15 = lshr i32 %0, 23
  %16 = and i32 %15, 255
  %17 = zext i32 %14 to i64
  %18 = mul nuw i64 %17, 3098163968
  %19 = lshr i64 %18, 32
  %20 = trunc nuw i64 %19 to i32
  %21 = icmp slt i64 %18, 0
  br i1 %21, label %22, label %31

22:                                               ; preds = %12
  %23 = add nuw nsw i32 %20, 128
  %24 = and i32 %23, -256
  %25 = icmp eq i32 %24, %23
  br i1 %25, label %26, label %40

26:                                               ; preds = %22
  %27 = and i64 %18, 4294901760
  %28 = icmp eq i64 %27, 0
  %29 = and i32 %23, -512
  %30 = select i1 %28, i32 %29, i32 %23
  br label %40

31:                                               ; preds = %12
  %32 = add nuw i32 %20, 64
  %33 = and i32 %32, -128
  %34 = icmp eq i32 %33, %32
  br i1 %34, label %35, label %40

35:                                               ; preds = %31
  %36 = and i64 %18, 4294901760
  %37 = icmp eq i64 %36, 0
  %38 = and i32 %32, -256
  %39 = select i1 %37, i32 %38, i32 %32
  br label %40

40:                                               ; preds = %22, %26, %31, %35
  %41 = phi i32 [ %30, %26 ], [ %33, %31 ], [ %24, %22 ], [ %39, %35 ]
  %42 = lshr i32 %41, 1
  %43 = add nuw nsw i32 %15, 4
  %44 = sub nsw i32 156, %16
  %45 = lshr i32 %42, %44
  %46 = and i32 %43, 31
  %47 = shl i32 %42, %46
  %48 = and i32 %45, 1
  %49 = add i32 %48, %47
  %50 = icmp ugt i32 %49, -2147483648
  %51 = zext i1 %50 to i32
  %52 = add nuw nsw i32 %45, %51
  %53 = lshr exact i32 %14, 8
  %54 = add nsw i32 %16, -125
  %55 = shl i32 %53, %54
  %56 = mul i32 %52, -23265280
  %57 = add i32 %56, %55
  %58 = mul i32 %52, 14581891
  %59 = icmp ugt i32 %58, 16777215
  br i1 %59, label %60, label %72

60:                                               ; preds = %40
  %61 = tail call range(i32 0, 33) i32 @llvm.ctlz.i32(i32 %58, i1 true)
  %62 = sub nuw nsw i32 8, %61
  %63 = sub nuw nsw i32 7, %61
  %64 = shl nuw nsw i32 1, %63
  %65 = lshr i32 %58, %62
  %66 = and i32 %65, 1
  %67 = add i32 %58, -1
  %68 = add i32 %67, %64
  %69 = add i32 %68, %66
  %70 = shl nsw i32 -1, %62
  %71 = and i32 %69, %70
  br label %72

72:                                               ; preds = %60, %40
  %73 = phi i32 [ %71, %60 ], [ %58, %40 ]
  %74 = shl i32 %57, 7
  %75 = lshr i32 %73, 4
  %76 = add i32 %75, %74
  %77 = add i32 %76, 33554431
  %78 = icmp ult i32 %77, 67108863
  br i1 %78, label %87, label %79

79:                                               ; preds = %72
  %80 = and i32 %73, 15
  %81 = icmp ne i32 %80, 0
  %82 = zext i1 %81 to i32
  %83 = or i32 %76, %82
  %84 = sub nsw i32 0, %52
  %85 = icmp slt i32 %0, 0
  %86 = select i1 %85, i32 %84, i32 %52
  br label %102

87:                                               ; preds = %72
  %88 = shl i32 %57, 11
  %89 = add i32 %73, %88
  %90 = sub nsw i32 0, %52
  %91 = icmp slt i32 %0, 0
  %92 = select i1 %91, i32 %90, i32 %52
  %93 = icmp eq i32 %89, 0
  br i1 %93, label %463, label %102

94:                                               ; preds = %10
  %95 = ashr i32 %0, 31
  %96 = shl i32 %0, 8
  %97 = or i32 %96, -2147483648
  %98 = lshr i32 %0, 23
  %99 = and i32 %98, 255
  %100 = add nsw i32 %99, -127
  %101 = zext i32 %95 to i64
  br label %133

102:                                              ; preds = %87, %79
  %103 = phi i32 [ %76, %79 ], [ %89, %87 ]
  %104 = phi i32 [ %86, %79 ], [ %92, %87 ]
  %105 = phi i32 [ -1, %79 ], [ -5, %87 ]
  %106 = phi i32 [ %83, %79 ], [ %89, %87 ]
  %107 = xor i32 %103, %0
  %108 = ashr i32 %107, 31
  %109 = tail call i32 @llvm.abs.i32(i32 %106, i1 false)
  %110 = tail call range(i32 0, 33) i32 @llvm.ctlz.i32(i32 %109, i1 true)
  %111 = shl i32 %109, %110
  %112 = sub nuw nsw i32 %105, %110
  %113 = lshr i32 %111, 8
  %114 = and i32 %113, 1
  %115 = add i32 %111, 127
  %116 = add i32 %115, %114
  %117 = icmp sgt i32 %116, -1
  %118 = zext i1 %117 to i32
  %119 = add nsw i32 %112, %118
  %120 = tail call i32 @llvm.umax.i32(i32 %116, i32 -2147483648)
  %121 = icmp slt i32 %119, -26
  %122 = and i32 %120, -256
  %123 = zext i32 %122 to i64
  %124 = shl nuw i64 %123, 32
  %125 = zext i32 %108 to i64
  %126 = or disjoint i64 %124, %125
  %127 = select i1 %121, i32 0, i32 %119
  %128 = select i1 %121, i64 0, i64 %126
  %129 = lshr i64 %128, 32
  %130 = trunc nuw i64 %129 to i32
  %131 = and i64 %128, 4294967295
  %132 = icmp eq i64 %129, 0
  br i1 %132, label %463, label %133

133:                                              ; preds = %94, %102
  %134 = phi i64 [ %101, %94 ], [ %131, %102 ]
  %135 = phi i32 [ %100, %94 ], [ %127, %102 ]
  %136 = phi i32 [ %97, %94 ], [ %130, %102 ]
  %137 = phi i32 [ 0, %94 ], [ %104, %102 ]
  %138 = zext i32 %136 to i64
  %139 = trunc nuw i64 %134 to i32
  %140 = mul nuw i64 %138, 3502641408
  %141 = lshr i64 %140, 32
  %142 = trunc nuw i64 %141 to i32
  %143 = icmp slt i64 %140, 0
  br i1 %143, label %144, label %153

144:                                              ; preds = %133
  %145 = add nuw nsw i32 %142, 128
  %146 = and i32 %145, -256
  %147 = icmp eq i32 %146, %145
  br i1 %147, label %148, label %162

148:                                              ; preds = %144
  %149 = and i64 %140, 4294967040
  %150 = icmp eq i64 %149, 0
  %151 = and i32 %145, -512
  %152 = select i1 %150, i32 %151, i32 %145
  br label %162

153:                                              ; preds = %133
  %154 = add nuw i32 %142, 64
  %155 = and i32 %154, -128
  %156 = icmp eq i32 %155, %154
  br i1 %156, label %157, label %162

157:                                              ; preds = %153
  %158 = and i64 %140, 4294967040
  %159 = icmp eq i64 %158, 0
  %160 = and i32 %154, -256
  %161 = select i1 %159, i32 %160, i32 %154
  br label %162

162:                                              ; preds = %157, %153, %148, %144
  %163 = phi i32 [ %152, %148 ], [ %155, %153 ], [ %146, %144 ], [ %161, %157 ]
  %164 = add nsw i32 %135, 30
  %165 = sub nsw i32 2, %135
  %166 = lshr i32 %163, %165
  %167 = xor i32 %166, %139
  %168 = sub i32 %167, %139
  %169 = add i32 %168, -1228006528
  %170 = and i32 %169, -256
  %171 = icmp eq i32 %170, %169
  br i1 %171, label %172, label %182

172:                                              ; preds = %162
  %173 = and i32 %164, 31
  %174 = shl i32 %163, %173
  %175 = icmp eq i32 %174, 0
  br i1 %175, label %176, label %178

176:                                              ; preds = %172
  %177 = and i32 %169, -512
  br label %182

178:                                              ; preds = %172
  %179 = icmp eq i64 %134, 0
  %180 = add i32 %168, -1228006784
  %181 = select i1 %179, i32 %169, i32 %180
  br label %182

182:                                              ; preds = %162, %176, %178
  %183 = phi i32 [ %170, %162 ], [ %181, %178 ], [ %177, %176 ]
  %184 = zext i32 %183 to i64
  %185 = mul nuw i64 %184, %138
  %186 = lshr i64 %185, 32
  %187 = trunc nuw i64 %186 to i32
  %188 = icmp slt i64 %185, 0
  br i1 %188, label %189, label %198

189:                                              ; preds = %182
  %190 = add nsw i32 %187, 128
  %191 = and i32 %190, -256
  %192 = icmp eq i32 %191, %190
  br i1 %192, label %193, label %207

193:                                              ; preds = %189
  %194 = and i64 %185, 4294967295
  %195 = icmp eq i64 %194, 0
  %196 = and i32 %190, -512
  %197 = select i1 %195, i32 %196, i32 %190
  br label %207

198:                                              ; preds = %182
  %199 = add nuw i32 %187, 64
  %200 = and i32 %199, -128
  %201 = icmp eq i32 %200, %199
  br i1 %201, label %202, label %207

202:                                              ; preds = %198
  %203 = and i64 %185, 4294967295
  %204 = icmp eq i64 %203, 0
  %205 = and i32 %199, -256
  %206 = select i1 %204, i32 %205, i32 %199
  br label %207

207:                                              ; preds = %202, %198, %193, %189
  %208 = phi i32 [ %197, %193 ], [ %200, %198 ], [ %191, %189 ], [ %206, %202 ]
  %209 = lshr i32 %208, %165
  %210 = xor i32 %209, %139
  %211 = sub i32 %210, %139
  %212 = add i32 %211, -2004332672
  %213 = and i32 %212, -256
  %214 = icmp eq i32 %213, %212
  br i1 %214, label %215, label %225

215:                                              ; preds = %207
  %216 = and i32 %164, 31
  %217 = shl i32 %208, %216
  %218 = icmp eq i32 %217, 0
  br i1 %218, label %219, label %221

219:                                              ; preds = %215
  %220 = and i32 %212, -512
  br label %225

221:                                              ; preds = %215
  %222 = icmp eq i64 %134, 0
  %223 = add i32 %211, -2004332928
  %224 = select i1 %222, i32 %212, i32 %223
  br label %225

225:                                              ; preds = %207, %219, %221
  %226 = phi i32 [ %213, %207 ], [ %224, %221 ], [ %220, %219 ]
  %227 = zext i32 %226 to i64
  %228 = mul nuw i64 %227, %138
  %229 = lshr i64 %228, 32
  %230 = trunc nuw i64 %229 to i32
  %231 = icmp slt i64 %228, 0
  br i1 %231, label %232, label %241

232:                                              ; preds = %225
  %233 = add nsw i32 %230, 128
  %234 = and i32 %233, -256
  %235 = icmp eq i32 %234, %233
  br i1 %235, label %236, label %250

236:                                              ; preds = %232
  %237 = and i64 %228, 4294967295
  %238 = icmp eq i64 %237, 0
  %239 = and i32 %233, -512
  %240 = select i1 %238, i32 %239, i32 %233
  br label %250

241:                                              ; preds = %225
  %242 = add nuw i32 %230, 64
  %243 = and i32 %242, -128
  %244 = icmp eq i32 %243, %242
  br i1 %244, label %245, label %250

245:                                              ; preds = %241
  %246 = and i64 %228, 4294967295
  %247 = icmp eq i64 %246, 0
  %248 = and i32 %242, -256
  %249 = select i1 %247, i32 %248, i32 %242
  br label %250

250:                                              ; preds = %245, %241, %236, %232
  %251 = phi i32 [ %240, %236 ], [ %243, %241 ], [ %234, %232 ], [ %249, %245 ]
  %252 = add nsw i32 %135, 31
  %253 = sub nsw i32 1, %135
  %254 = lshr i32 %251, %253
  %255 = xor i32 %254, %139
  %256 = sub i32 %255, %139
  %257 = add i32 %256, -1431683712
  %258 = and i32 %257, -256
  %259 = icmp eq i32 %258, %257
  br i1 %259, label %260, label %270

260:                                              ; preds = %250
  %261 = and i32 %252, 31
  %262 = shl i32 %251, %261
  %263 = icmp eq i32 %262, 0
  br i1 %263, label %264, label %266

264:                                              ; preds = %260
  %265 = and i32 %257, -512
  br label %270

266:                                              ; preds = %260
  %267 = icmp eq i64 %134, 0
  %268 = add i32 %256, -1431683968
  %269 = select i1 %267, i32 %257, i32 %268
  br label %270

270:                                              ; preds = %250, %264, %266
  %271 = phi i32 [ %258, %250 ], [ %269, %266 ], [ %265, %264 ]
  %272 = zext i32 %271 to i64
  %273 = mul nuw i64 %272, %138
  %274 = lshr i64 %273, 32
  %275 = trunc nuw i64 %274 to i32
  %276 = icmp slt i64 %273, 0
  br i1 %276, label %277, label %286

277:                                              ; preds = %270
  %278 = add nsw i32 %275, 128
  %279 = and i32 %278, -256
  %280 = icmp eq i32 %279, %278
  br i1 %280, label %281, label %295

281:                                              ; preds = %277
  %282 = and i64 %273, 4294967295
  %283 = icmp eq i64 %282, 0
  %284 = and i32 %278, -512
  %285 = select i1 %283, i32 %284, i32 %278
  br label %295

286:                                              ; preds = %270
  %287 = add nuw i32 %275, 64
  %288 = and i32 %287, -128
  %289 = icmp eq i32 %288, %287
  br i1 %289, label %290, label %295

290:                                              ; preds = %286
  %291 = and i64 %273, 4294967295
  %292 = icmp eq i64 %291, 0
  %293 = and i32 %287, -256
  %294 = select i1 %292, i32 %293, i32 %287
  br label %295

295:                                              ; preds = %290, %286, %281, %277
  %296 = phi i32 [ %285, %281 ], [ %288, %286 ], [ %279, %277 ], [ %294, %290 ]
  %297 = lshr i32 %296, %253
  %298 = xor i32 %297, %139
  %299 = sub i32 %298, %139
  %300 = add i32 %299, -1431655552
  %301 = and i32 %300, -256
  %302 = icmp eq i32 %301, %300
  br i1 %302, label %303, label %313

303:                                              ; preds = %295
  %304 = and i32 %252, 31
  %305 = shl i32 %296, %304
  %306 = icmp eq i32 %305, 0
  br i1 %306, label %307, label %309

307:                                              ; preds = %303
  %308 = and i32 %300, -512
  br label %313

309:                                              ; preds = %303
  %310 = icmp eq i64 %134, 0
  %311 = add i32 %299, -1431655808
  %312 = select i1 %310, i32 %300, i32 %311
  br label %313

313:                                              ; preds = %295, %307, %309
  %314 = phi i32 [ %301, %295 ], [ %312, %309 ], [ %308, %307 ]
  %315 = zext i32 %314 to i64
  %316 = mul nuw i64 %315, %138
  %317 = lshr i64 %316, 32
  %318 = trunc nuw i64 %317 to i32
  %319 = icmp slt i64 %316, 0
  br i1 %319, label %320, label %329

320:                                              ; preds = %313
  %321 = add nsw i32 %318, 128
  %322 = and i32 %321, -256
  %323 = icmp eq i32 %322, %321
  br i1 %323, label %324, label %338

324:                                              ; preds = %320
  %325 = and i64 %316, 4294967295
  %326 = icmp eq i64 %325, 0
  %327 = and i32 %321, -512
  %328 = select i1 %326, i32 %327, i32 %321
  br label %338

329:                                              ; preds = %313
  %330 = add nuw i32 %318, 64
  %331 = and i32 %330, -128
  %332 = icmp eq i32 %331, %330
  br i1 %332, label %333, label %338

333:                                              ; preds = %329
  %334 = and i64 %316, 4294967295
  %335 = icmp eq i64 %334, 0
  %336 = and i32 %330, -256
  %337 = select i1 %335, i32 %336, i32 %330
  br label %338

338:                                              ; preds = %320, %324, %329, %333
  %339 = phi i32 [ %328, %324 ], [ %331, %329 ], [ %322, %320 ], [ %337, %333 ]
  %340 = lshr i32 %339, %253
  %341 = and i32 %252, 31
  %342 = shl i32 %339, %341
  %343 = icmp ne i32 %342, 0
  %344 = zext i1 %343 to i32
  %345 = or i32 %340, %344
  %346 = xor i32 %345, %139
  %347 = sub i32 %346, %139
  %348 = xor i32 %347, -2147483648
  %349 = icmp slt i32 %347, 0
  %350 = shl i32 %347, 1
  %351 = select i1 %349, i32 2, i32 1
  %352 = select i1 %349, i32 %350, i32 %348
  %353 = lshr i32 %352, 8
  %354 = and i32 %353, 1
  %355 = add i32 %352, 127
  %356 = add i32 %355, %354
  %357 = icmp sgt i32 %356, -1
  %358 = select i1 %357, i32 1, i32 %351
  %359 = tail call i32 @llvm.umax.i32(i32 %356, i32 -2147483648)
  %360 = and i32 %359, -256
  %361 = mul nuw i64 %138, %138
  %362 = lshr i64 %361, 32
  %363 = trunc nuw i64 %362 to i32
  %364 = icmp slt i64 %361, 0
  br i1 %364, label %365, label %374

365:                                              ; preds = %338
  %366 = add nsw i32 %363, 128
  %367 = and i32 %366, -256
  %368 = icmp eq i32 %367, %366
  br i1 %368, label %369, label %383

369:                                              ; preds = %365
  %370 = and i64 %361, 4294967295
  %371 = icmp eq i64 %370, 0
  %372 = and i32 %366, -512
  %373 = select i1 %371, i32 %372, i32 %366
  br label %383

374:                                              ; preds = %338
  %375 = add nuw i32 %363, 64
  %376 = and i32 %375, -128
  %377 = icmp eq i32 %376, %375
  br i1 %377, label %378, label %383

378:                                              ; preds = %374
  %379 = and i64 %361, 4294967295
  %380 = icmp eq i64 %379, 0
  %381 = and i32 %375, -256
  %382 = select i1 %380, i32 %381, i32 %375
  br label %383

383:                                              ; preds = %365, %369, %374, %378
  %384 = phi i32 [ %373, %369 ], [ %376, %374 ], [ %367, %365 ], [ %382, %378 ]
  %385 = ashr i32 %384, 31
  %386 = icmp sgt i32 %384, -1
  %387 = zext i1 %386 to i32
  %388 = shl i32 %384, %387
  %389 = zext i32 %388 to i64
  %390 = zext i32 %360 to i64
  %391 = mul nuw i64 %389, %390
  %392 = lshr i64 %391, 32
  %393 = trunc nuw i64 %392 to i32
  %394 = icmp slt i64 %391, 0
  br i1 %394, label %395, label %404

395:                                              ; preds = %383
  %396 = add nuw nsw i32 %393, 128
  %397 = and i32 %396, -256
  %398 = icmp eq i32 %397, %396
  br i1 %398, label %399, label %413

399:                                              ; preds = %395
  %400 = and i64 %391, 4294967040
  %401 = icmp eq i64 %400, 0
  %402 = and i32 %396, -512
  %403 = select i1 %401, i32 %402, i32 %396
  br label %413

404:                                              ; preds = %383
  %405 = add nuw i32 %393, 64
  %406 = and i32 %405, -128
  %407 = icmp eq i32 %406, %405
  br i1 %407, label %408, label %413

408:                                              ; preds = %404
  %409 = and i64 %391, 4294967040
  %410 = icmp eq i64 %409, 0
  %411 = and i32 %405, -256
  %412 = select i1 %410, i32 %411, i32 %405
  br label %413

413:                                              ; preds = %395, %399, %404, %408
  %414 = phi i32 [ %403, %399 ], [ %406, %404 ], [ %397, %395 ], [ %412, %408 ]
  %415 = ashr i32 %414, 31
  %416 = icmp sgt i32 %414, -1
  %417 = zext i1 %416 to i32
  %418 = shl i32 %414, %417
  %419 = sub nsw i32 %358, %135
  %420 = add nsw i32 %419, %385
  %421 = add nsw i32 %420, %415
  %422 = lshr i32 %418, %421
  %423 = sub nsw i32 0, %421
  %424 = and i32 %423, 31
  %425 = shl i32 %418, %424
  %426 = icmp ne i32 %425, 0
  %427 = zext i1 %426 to i32
  %428 = or i32 %422, %427
  %429 = icmp eq i64 %134, 0
  br i1 %429, label %436, label %430

430:                                              ; preds = %413
  %431 = sub i32 %136, %428
  %432 = icmp sgt i32 %431, -1
  br i1 %432, label %433, label %445

433:                                              ; preds = %430
  %434 = shl nuw i32 %431, 1
  %435 = add nsw i32 %135, -1
  br label %445

436:                                              ; preds = %413
  %437 = add i32 %428, %136
  %438 = icmp ult i32 %437, %428
  br i1 %438, label %439, label %445

439:                                              ; preds = %436
  %440 = lshr i32 %437, 1
  %441 = and i32 %437, 1
  %442 = or i32 %441, %440
  %443 = or disjoint i32 %442, -2147483648
  %444 = add nsw i32 %135, 1
  br label %445

445:                                              ; preds = %430, %433, %436, %439
  %446 = phi i32 [ %431, %430 ], [ %434, %433 ], [ %443, %439 ], [ %437, %436 ]
  %447 = phi i32 [ %135, %430 ], [ %435, %433 ], [ %444, %439 ], [ %135, %436 ]
  %448 = lshr i32 %446, 8
  %449 = and i32 %448, 1
  %450 = add i32 %446, 127
  %451 = add i32 %450, %449
  %452 = tail call i32 @llvm.umax.i32(i32 %451, i32 -2147483648)
  %453 = icmp sgt i32 %451, -1
  %454 = zext i1 %453 to i32
  %455 = add nsw i32 %447, %454
  %456 = and i32 %139, -2147483648
  %457 = shl nsw i32 %455, 23
  %458 = lshr i32 %452, 8
  %459 = or disjoint i32 %458, 1056964608
  %460 = add i32 %459, %457
  %461 = or i32 %460, %456
  %462 = bitcast i32 %461 to float
  br label %487

463:                                              ; preds = %87, %8, %102
  %464 = bitcast i32 %0 to float
  %465 = fmul float %464, 0x3FF7154760000000
  %466 = fadd float %465, 0x4168000000000000
  %467 = fadd float %466, 0xC168000000000000
  %468 = fmul float %467, 0x3FE6300000000000
  %469 = fsub float %464, %468
  %470 = fmul float %467, 0x3F2BD01060000000
  %471 = fadd float %470, %469
  br label %472

472:                                              ; preds = %472, %463
  %473 = phi i64 [ 1, %463 ], [ %479, %472 ]
  %474 = phi float [ 0x3F2A18C220000000, %463 ], [ %478, %472 ]
  %475 = fmul float %471, %474
  %476 = getelementptr inbounds nuw i32, ptr @terms, i64 %473
  %477 = load float, ptr %476, align 4
  %478 = fadd float %475, %477
  %479 = add nuw nsw i64 %473, 1
  %480 = icmp eq i64 %479, 6
  br i1 %480, label %481, label %472

481:                                              ; preds = %472
  %482 = bitcast float %466 to i32
  %483 = add i32 %482, -1262485504
  %484 = fmul float %471, %471
  %485 = fmul float %484, %478
  %486 = fadd float %471, %485
  br label %487

487:                                              ; preds = %481, %445
  %488 = phi i32 [ %483, %481 ], [ %137, %445 ]
  %489 = phi float [ %486, %481 ], [ %462, %445 ]
  %490 = shl i32 %488, 23
  %491 = add i32 %490, 1065353216
  %492 = bitcast i32 %491 to float
  %493 = fmul float %489, %492
  %494 = fadd float %492, -1.000000e+00
  %495 = fadd float %493, %494
  br label %496

496:                                              ; preds = %487, %4
  %497 = phi float [ %495, %487 ], [ %7, %4 ]
  %498 = bitcast float %497 to i32
  ret i32 %498
}

define dso_local i32 @largest(ptr noundef readonly captures(none) %0, i32 noundef %1, i32 noundef %2) local_unnamed_addr {
  %4 = load i32, ptr %0, align 4
  %5 = icmp ult i32 %2, %1
  br i1 %5, label %8, label %6

6:                                                ; preds = %8, %3
  %7 = phi i32 [ %4, %3 ], [ %17, %8 ]
  ret i32 %7

8:                                                ; preds = %3, %8
  %9 = phi i32 [ %18, %8 ], [ %2, %3 ]
  %10 = phi i32 [ %17, %8 ], [ %4, %3 ]
  %11 = zext i32 %9 to i64
  %12 = getelementptr inbounds nuw i32, ptr %0, i64 %11
  %13 = load i32, ptr %12, align 4
  %14 = bitcast i32 %10 to float
  %15 = bitcast i32 %13 to float
  %16 = fcmp olt float %14, %15
  %17 = select i1 %16, i32 %13, i32 %10
  %18 = add i32 %9, %2
  %19 = icmp ult i32 %18, %1
  br i1 %19, label %8, label %6
}

define dso_local void @softmax_row(ptr noundef readonly captures(none) %0, ptr noundef captures(none) %1, i32 noundef %2, i32 noundef %3) local_unnamed_addr {
  %5 = load i32, ptr %0, align 4
  %6 = icmp ult i32 %3, %2
  br i1 %6, label %7, label %19

7:                                                ; preds = %4, %7
  %8 = phi i32 [ %17, %7 ], [ %3, %4 ]
  %9 = phi i32 [ %16, %7 ], [ %5, %4 ]
  %10 = zext i32 %8 to i64
  %11 = getelementptr inbounds nuw i32, ptr %0, i64 %10
  %12 = load i32, ptr %11, align 4
  %13 = bitcast i32 %9 to float
  %14 = bitcast i32 %12 to float
  %15 = fcmp olt float %13, %14
  %16 = select i1 %15, i32 %12, i32 %9
  %17 = add i32 %8, %3
  %18 = icmp ult i32 %17, %2
  br i1 %18, label %7, label %21

19:                                               ; preds = %4
  %20 = icmp eq i32 %2, 0
  br i1 %20, label %38, label %21

21:                                               ; preds = %7, %19
  %22 = phi i32 [ %5, %19 ], [ %16, %7 ]
  %23 = bitcast i32 %22 to float
  br label %24

24:                                               ; preds = %21, %24
  %25 = phi i32 [ 0, %21 ], [ %36, %24 ]
  %26 = phi float [ 0.000000e+00, %21 ], [ %35, %24 ]
  %27 = zext i32 %25 to i64
  %28 = getelementptr inbounds nuw i32, ptr %0, i64 %27
  %29 = load float, ptr %28, align 4
  %30 = fsub float %29, %23
  %31 = bitcast float %30 to i32
  %32 = tail call i32 @exponential(i32 noundef %31)
  %33 = getelementptr inbounds nuw i32, ptr %1, i64 %27
  store i32 %32, ptr %33, align 4
  %34 = bitcast i32 %32 to float
  %35 = fadd float %26, %34
  %36 = add i32 %25, %3
  %37 = icmp ult i32 %36, %2
  br i1 %37, label %24, label %39

38:                                               ; preds = %39, %19
  ret void

39:                                               ; preds = %24, %39
  %40 = phi i32 [ %45, %39 ], [ 0, %24 ]
  %41 = zext i32 %40 to i64
  %42 = getelementptr inbounds nuw i32, ptr %1, i64 %41
  %43 = load float, ptr %42, align 4
  %44 = fdiv float %43, %35
  store float %44, ptr %42, align 4
  %45 = add i32 %40, %3
  %46 = icmp ult i32 %45, %2
  br i1 %46, label %39, label %38
}

define dso_local range(i32 0, 16777216) i32 @random_24(ptr noundef readonly captures(none) %0, i32 noundef %1) local_unnamed_addr {
  %3 = alloca [25 x i64], align 16
  call void @llvm.lifetime.start.p0(ptr nonnull %3)
  br label %4

4:                                                ; preds = %2, %4
  %5 = phi i64 [ 0, %2 ], [ %7, %4 ]
  %6 = getelementptr inbounds nuw i64, ptr %3, i64 %5
  store i64 0, ptr %6, align 8
  %7 = add nuw nsw i64 %5, 1
  %8 = icmp eq i64 %7, 25
  br i1 %8, label %20, label %4

9:                                                ; preds = %20
  %10 = zext i32 %1 to i64
  %11 = shl nuw i64 %10, 32
  %12 = getelementptr inbounds nuw i8, ptr %3, i64 24
  %13 = load i64, ptr %12, align 8
  %14 = or i64 %13, %11
  store i64 %14, ptr %12, align 8
  %15 = getelementptr inbounds nuw i8, ptr %3, i64 32
  store i64 1, ptr %15, align 16
  %16 = getelementptr inbounds nuw i8, ptr %3, i64 128
  store i64 -9223372036854775808, ptr %16, align 16
  call fastcc void @permute(ptr noundef %3)
  %17 = load i64, ptr %3, align 16
  %18 = trunc i64 %17 to i32
  %19 = and i32 %18, 16777215
  call void @llvm.lifetime.end.p0(ptr nonnull %3)
  ret i32 %19

20:                                               ; preds = %4, %20
  %21 = phi i64 [ %33, %20 ], [ 0, %4 ]
  %22 = getelementptr inbounds nuw i8, ptr %0, i64 %21
  %23 = load i8, ptr %22, align 1
  %24 = zext i8 %23 to i64
  %25 = shl i64 %21, 3
  %26 = and i64 %25, 56
  %27 = shl nuw i64 %24, %26
  %28 = lshr i64 %21, 3
  %29 = and i64 %28, 536870911
  %30 = getelementptr inbounds nuw i64, ptr %3, i64 %29
  %31 = load i64, ptr %30, align 8
  %32 = or i64 %27, %31
  store i64 %32, ptr %30, align 8
  %33 = add nuw nsw i64 %21, 1
  %34 = icmp eq i64 %33, 28
  br i1 %34, label %9, label %20
}

define fastcc void @permute(ptr noundef nonnull captures(none) %0) unnamed_addr {
  %2 = alloca [5 x i64], align 16
  %3 = getelementptr inbounds nuw i8, ptr %0, i64 8
  br label %5

4:                                                ; preds = %72
  ret void

5:                                                ; preds = %1, %72
  %6 = phi i64 [ 0, %1 ], [ %77, %72 ]
  call void @llvm.lifetime.start.p0(ptr nonnull %2)
  br label %7

7:                                                ; preds = %5, %7
  %8 = phi i64 [ 0, %5 ], [ %24, %7 ]
  %9 = getelementptr inbounds nuw i64, ptr %0, i64 %8
  %10 = load i64, ptr %9, align 8
  %11 = getelementptr inbounds nuw i8, ptr %9, i64 40
  %12 = load i64, ptr %11, align 8
  %13 = xor i64 %12, %10
  %14 = getelementptr inbounds nuw i8, ptr %9, i64 80
  %15 = load i64, ptr %14, align 8
  %16 = xor i64 %13, %15
  %17 = getelementptr inbounds nuw i8, ptr %9, i64 120
  %18 = load i64, ptr %17, align 8
  %19 = xor i64 %16, %18
  %20 = getelementptr inbounds nuw i8, ptr %9, i64 160
  %21 = load i64, ptr %20, align 8
  %22 = xor i64 %19, %21
  %23 = getelementptr inbounds nuw i64, ptr %2, i64 %8
  store i64 %22, ptr %23, align 8
  %24 = add nuw nsw i64 %8, 1
  %25 = icmp eq i64 %24, 5
  br i1 %25, label %30, label %7

26:                                               ; preds = %47
  %27 = icmp eq i64 %39, 5
  br i1 %27, label %28, label %30

28:                                               ; preds = %26
  %29 = load i64, ptr %3, align 8
  br label %54

30:                                               ; preds = %7, %26
  %31 = phi i64 [ %39, %26 ], [ 0, %7 ]
  %32 = icmp eq i64 %31, 0
  %33 = add nuw i64 %31, 4294967295
  %34 = and i64 %33, 4294967295
  %35 = select i1 %32, i64 4, i64 %34
  %36 = getelementptr inbounds nuw i64, ptr %2, i64 %35
  %37 = load i64, ptr %36, align 8
  %38 = icmp eq i64 %31, 4
  %39 = add nuw nsw i64 %31, 1
  %40 = and i64 %39, 4294967295
  %41 = select i1 %38, i64 0, i64 %40
  %42 = getelementptr inbounds nuw i64, ptr %2, i64 %41
  %43 = load i64, ptr %42, align 8
  %44 = tail call i64 @llvm.fshl.i64(i64 %43, i64 %43, i64 1)
  %45 = xor i64 %44, %37
  %46 = getelementptr inbounds nuw i64, ptr %0, i64 %31
  br label %47

47:                                               ; preds = %30, %47
  %48 = phi i64 [ 0, %30 ], [ %52, %47 ]
  %49 = getelementptr inbounds nuw i64, ptr %46, i64 %48
  %50 = load i64, ptr %49, align 8
  %51 = xor i64 %45, %50
  store i64 %51, ptr %49, align 8
  %52 = add nuw nsw i64 %48, 5
  %53 = icmp samesign ult i64 %48, 20
  br i1 %53, label %47, label %26

54:                                               ; preds = %28, %54
  %55 = phi i64 [ 0, %28 ], [ %70, %54 ]
  %56 = phi i64 [ %29, %28 ], [ %61, %54 ]
  %57 = getelementptr inbounds nuw i8, ptr @order, i64 %55
  %58 = load i8, ptr %57, align 1
  %59 = zext i8 %58 to i64
  %60 = getelementptr inbounds nuw i64, ptr %0, i64 %59
  %61 = load i64, ptr %60, align 8
  %62 = getelementptr inbounds nuw i8, ptr @turns, i64 %55
  %63 = load i8, ptr %62, align 1
  %64 = zext i8 %63 to i64
  %65 = shl i64 %56, %64
  %66 = sub nsw i64 64, %64
  %67 = and i64 %66, 4294967295
  %68 = lshr i64 %56, %67
  %69 = or i64 %68, %65
  store i64 %69, ptr %60, align 8
  %70 = add nuw nsw i64 %55, 1
  %71 = icmp eq i64 %70, 24
  br i1 %71, label %79, label %54

72:                                               ; preds = %79
  %73 = getelementptr inbounds nuw i64, ptr @constants, i64 %6
  %74 = load i64, ptr %73, align 8
  %75 = load i64, ptr %0, align 8
  %76 = xor i64 %75, %74
  store i64 %76, ptr %0, align 8
  call void @llvm.lifetime.end.p0(ptr nonnull %2)
  %77 = add nuw nsw i64 %6, 1
  %78 = icmp eq i64 %77, 24
  br i1 %78, label %4, label %5

79:                                               ; preds = %54, %79
  %80 = phi i64 [ %106, %79 ], [ 0, %54 ]
  %81 = getelementptr inbounds nuw i64, ptr %0, i64 %80
  %82 = load i64, ptr %81, align 8
  %83 = getelementptr inbounds nuw i8, ptr %81, i64 8
  %84 = load i64, ptr %83, align 8
  %85 = xor i64 %84, -1
  %86 = getelementptr inbounds nuw i8, ptr %81, i64 16
  %87 = load i64, ptr %86, align 8
  %88 = and i64 %87, %85
  %89 = xor i64 %88, %82
  store i64 %89, ptr %81, align 8
  %90 = xor i64 %87, -1
  %91 = getelementptr inbounds nuw i8, ptr %81, i64 24
  %92 = load i64, ptr %91, align 8
  %93 = and i64 %92, %90
  %94 = xor i64 %93, %84
  store i64 %94, ptr %83, align 8
  %95 = xor i64 %92, -1
  %96 = getelementptr inbounds nuw i8, ptr %81, i64 32
  %97 = load i64, ptr %96, align 8
  %98 = and i64 %97, %95
  %99 = xor i64 %98, %87
  store i64 %99, ptr %86, align 8
  %100 = xor i64 %97, -1
  %101 = and i64 %82, %100
  %102 = xor i64 %101, %92
  store i64 %102, ptr %91, align 8
  %103 = xor i64 %82, -1
  %104 = and i64 %84, %103
  %105 = xor i64 %97, %104
  store i64 %105, ptr %96, align 8
  %106 = add nuw nsw i64 %80, 5
  %107 = icmp samesign ult i64 %80, 20
  br i1 %107, label %79, label %72
}

define dso_local void @random_words(ptr noundef readonly captures(none) %0, ptr noundef readonly captures(none) %1, ptr noundef writeonly captures(none) %2) local_unnamed_addr {
  %4 = alloca [25 x i64], align 16
  call void @llvm.lifetime.start.p0(ptr nonnull %4)
  br label %5

5:                                                ; preds = %3, %5
  %6 = phi i64 [ 0, %3 ], [ %8, %5 ]
  %7 = getelementptr inbounds nuw i64, ptr %4, i64 %6
  store i64 0, ptr %7, align 8
  %8 = add nuw nsw i64 %6, 1
  %9 = icmp eq i64 %8, 25
  br i1 %9, label %19, label %5

10:                                               ; preds = %19
  %11 = load i64, ptr %1, align 4
  %12 = getelementptr inbounds nuw i8, ptr %4, i64 32
  store i64 %11, ptr %12, align 16
  %13 = getelementptr inbounds nuw i8, ptr %1, i64 8
  %14 = load i32, ptr %13, align 4
  %15 = zext i32 %14 to i64
  %16 = or disjoint i64 %15, 133143986176
  %17 = getelementptr inbounds nuw i8, ptr %4, i64 40
  store i64 %16, ptr %17, align 8
  %18 = getelementptr inbounds nuw i8, ptr %4, i64 128
  store i64 -9223372036854775808, ptr %18, align 16
  call fastcc void @permute(ptr noundef %4)
  br label %35

19:                                               ; preds = %5, %19
  %20 = phi i64 [ %32, %19 ], [ 0, %5 ]
  %21 = getelementptr inbounds nuw i8, ptr %0, i64 %20
  %22 = load i8, ptr %21, align 1
  %23 = zext i8 %22 to i64
  %24 = shl i64 %20, 3
  %25 = and i64 %24, 56
  %26 = shl nuw i64 %23, %25
  %27 = lshr i64 %20, 3
  %28 = and i64 %27, 536870911
  %29 = getelementptr inbounds nuw i64, ptr %4, i64 %28
  %30 = load i64, ptr %29, align 8
  %31 = or i64 %26, %30
  store i64 %31, ptr %29, align 8
  %32 = add nuw nsw i64 %20, 1
  %33 = icmp eq i64 %32, 32
  br i1 %33, label %10, label %19

34:                                               ; preds = %35
  call void @llvm.lifetime.end.p0(ptr nonnull %4)
  ret void

35:                                               ; preds = %10, %35
  %36 = phi i64 [ 0, %10 ], [ %46, %35 ]
  %37 = lshr i64 %36, 1
  %38 = and i64 %37, 2147483647
  %39 = getelementptr inbounds nuw i64, ptr %4, i64 %38
  %40 = load i64, ptr %39, align 8
  %41 = shl i64 %36, 5
  %42 = and i64 %41, 32
  %43 = lshr i64 %40, %42
  %44 = trunc i64 %43 to i32
  %45 = getelementptr inbounds nuw i32, ptr %2, i64 %36
  store i32 %44, ptr %45, align 4
  %46 = add nuw nsw i64 %36, 1
  %47 = icmp eq i64 %46, 34
  br i1 %47, label %34, label %35
}

define dso_local i32 @pick_token(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = alloca [256 x i32], align 16
  %3 = alloca [256 x i32], align 16
  %4 = alloca [256 x %struct.candidate], align 16
  call void @llvm.lifetime.start.p0(ptr nonnull %4)
  %5 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %6 = load ptr, ptr %5, align 8
  %7 = getelementptr inbounds nuw i8, ptr %6, i64 4
  %8 = load float, ptr %7, align 4
  %9 = fcmp ogt float %8, 0.000000e+00
  br i1 %9, label %10, label %14

10:                                               ; preds = %1
  %11 = getelementptr inbounds nuw i8, ptr %6, i64 8
  %12 = load i32, ptr %11, align 4
  %13 = icmp slt i32 %12, 1
  br i1 %13, label %14, label %15

14:                                               ; preds = %1, %10
  tail call fastcc void @mark(ptr noundef nonnull %0, i8 noundef zeroext 1)
  br label %21

15:                                               ; preds = %10
  %16 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %17 = load i32, ptr %16, align 8
  %18 = tail call i32 @llvm.umin.i32(i32 %17, i32 %12)
  %19 = tail call i32 @llvm.umin.i32(i32 %18, i32 256)
  tail call fastcc void @mark(ptr noundef nonnull %0, i8 noundef zeroext 1)
  %20 = icmp eq i32 %17, 0
  br i1 %20, label %24, label %21

21:                                               ; preds = %14, %15
  %22 = phi i32 [ 1, %14 ], [ %19, %15 ]
  %23 = zext nneg i32 %22 to i64
  br label %34

24:                                               ; preds = %34, %15
  %25 = phi i32 [ 0, %15 ], [ %22, %34 ]
  %26 = tail call i32 @next_above(ptr noundef nonnull readonly %0, i32 noundef 0, i32 noundef -2147483648)
  %27 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %28 = load i32, ptr %27, align 8
  %29 = icmp ult i32 %26, %28
  br i1 %29, label %30, label %42

30:                                               ; preds = %24
  %31 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %32 = load ptr, ptr %0, align 8
  %33 = load ptr, ptr %31, align 8
  br label %46

34:                                               ; preds = %34, %21
  %35 = phi i64 [ 0, %21 ], [ %40, %34 ]
  %36 = getelementptr inbounds nuw %struct.candidate, ptr %4, i64 %35
  %37 = trunc nuw nsw i64 %35 to i32
  %38 = xor i32 %37, -1
  store i32 -2147483648, ptr %36, align 8
  %39 = getelementptr inbounds nuw i8, ptr %36, i64 4
  store i32 %38, ptr %39, align 4
  %40 = add nuw nsw i64 %35, 1
  %41 = icmp eq i64 %40, %23
  br i1 %41, label %24, label %34

42:                                               ; preds = %79, %24
  %43 = icmp samesign ugt i32 %25, 1
  br i1 %43, label %44, label %170

44:                                               ; preds = %42
  %45 = zext nneg i32 %25 to i64
  br label %84

46:                                               ; preds = %79, %30
  %47 = phi i32 [ %26, %30 ], [ %82, %79 ]
  %48 = phi i32 [ -2147483648, %30 ], [ %80, %79 ]
  %49 = zext i32 %47 to i64
  %50 = getelementptr inbounds nuw i32, ptr %32, i64 %49
  %51 = load i32, ptr %50, align 4
  %52 = getelementptr inbounds nuw i8, ptr %33, i64 %49
  %53 = load i8, ptr %52, align 1
  %54 = icmp eq i8 %53, 0
  br i1 %54, label %65, label %55

55:                                               ; preds = %46
  %56 = load ptr, ptr %5, align 8
  %57 = getelementptr inbounds nuw i8, ptr %56, i64 16
  %58 = load float, ptr %57, align 4
  %59 = bitcast i32 %51 to float
  %60 = fcmp ogt float %59, 0.000000e+00
  %61 = fdiv float %59, %58
  %62 = fmul float %58, %59
  %63 = select i1 %60, float %61, float %62
  %64 = bitcast float %63 to i32
  br label %65

65:                                               ; preds = %55, %46
  %66 = phi i32 [ %64, %55 ], [ %51, %46 ]
  %67 = and i32 %66, 2147483647
  %68 = icmp samesign ugt i32 %67, 2139095040
  %69 = sub nsw i32 0, %67
  %70 = icmp slt i32 %66, 0
  %71 = select i1 %70, i32 %69, i32 %67
  %72 = select i1 %68, i32 2147483647, i32 %71
  %73 = icmp sgt i32 %72, %48
  br i1 %73, label %74, label %79

74:                                               ; preds = %65
  %75 = shl nuw i64 %49, 32
  %76 = zext i32 %72 to i64
  %77 = or disjoint i64 %75, %76
  call fastcc void @sink(ptr noundef nonnull %4, i32 noundef range(i32 0, -2147483648) %25, i64 %77)
  %78 = load i32, ptr %4, align 16
  br label %79

79:                                               ; preds = %74, %65
  %80 = phi i32 [ %78, %74 ], [ %48, %65 ]
  %81 = add nuw i32 %47, 1
  %82 = tail call i32 @next_above(ptr noundef nonnull readonly %0, i32 noundef %81, i32 noundef %80)
  %83 = icmp ult i32 %82, %28
  br i1 %83, label %46, label %42

84:                                               ; preds = %84, %44
  %85 = phi i64 [ %45, %44 ], [ %87, %84 ]
  %86 = load i64, ptr %4, align 16
  %87 = add nsw i64 %85, -1
  %88 = trunc i64 %87 to i32
  %89 = and i64 %87, 4294967295
  %90 = getelementptr inbounds nuw %struct.candidate, ptr %4, i64 %89
  %91 = load i64, ptr %90, align 8
  call fastcc void @sink(ptr noundef nonnull %4, i32 noundef %88, i64 %91)
  store i64 %86, ptr %90, align 8
  %92 = icmp ugt i32 %88, 1
  br i1 %92, label %84, label %93

93:                                               ; preds = %84
  call void @llvm.lifetime.start.p0(ptr nonnull %2)
  call void @llvm.lifetime.start.p0(ptr nonnull %3)
  %94 = load ptr, ptr %5, align 8
  %95 = getelementptr inbounds nuw i8, ptr %94, i64 4
  %96 = load float, ptr %95, align 4
  %97 = fdiv float 1.000000e+00, %96
  %98 = load ptr, ptr %0, align 8
  %99 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %100 = load ptr, ptr %99, align 8
  %101 = getelementptr inbounds nuw i8, ptr %94, i64 16
  br label %127

102:                                              ; preds = %146
  call void @softmax_row(ptr noundef nonnull %2, ptr noundef nonnull %3, i32 noundef range(i32 2, -2147483648) %25, i32 noundef 1)
  %103 = getelementptr inbounds nuw i8, ptr %94, i64 12
  %104 = load float, ptr %103, align 4
  br label %105

105:                                              ; preds = %105, %102
  %106 = phi i64 [ %116, %105 ], [ 1, %102 ]
  %107 = phi i64 [ %109, %105 ], [ 0, %102 ]
  %108 = phi float [ %112, %105 ], [ 0.000000e+00, %102 ]
  %109 = add nuw nsw i64 %107, 1
  %110 = getelementptr inbounds nuw i32, ptr %3, i64 %107
  %111 = load float, ptr %110, align 4
  %112 = fadd float %108, %111
  %113 = icmp samesign uge i64 %109, %45
  %114 = fcmp oge float %112, %104
  %115 = select i1 %113, i1 true, i1 %114
  %116 = add nuw nsw i64 %106, 1
  br i1 %115, label %117, label %105

117:                                              ; preds = %105
  %118 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %119 = load ptr, ptr %118, align 8
  %120 = getelementptr inbounds nuw i8, ptr %0, i64 28
  %121 = load i32, ptr %120, align 4
  %122 = tail call i32 @random_24(ptr noundef %119, i32 noundef %121)
  %123 = uitofp nneg i32 %122 to float
  %124 = fmul float %123, 0x3E70000000000000
  %125 = fmul float %112, %124
  %126 = and i64 %107, 4294967295
  br label %153

127:                                              ; preds = %146, %93
  %128 = phi i64 [ 0, %93 ], [ %151, %146 ]
  %129 = getelementptr inbounds nuw %struct.candidate, ptr %4, i64 %128
  %130 = getelementptr inbounds nuw i8, ptr %129, i64 4
  %131 = load i32, ptr %130, align 4
  %132 = zext i32 %131 to i64
  %133 = getelementptr inbounds nuw i32, ptr %98, i64 %132
  %134 = load i32, ptr %133, align 4
  %135 = getelementptr inbounds nuw i8, ptr %100, i64 %132
  %136 = load i8, ptr %135, align 1
  %137 = icmp eq i8 %136, 0
  br i1 %137, label %146, label %138

138:                                              ; preds = %127
  %139 = load float, ptr %101, align 4
  %140 = bitcast i32 %134 to float
  %141 = fcmp ogt float %140, 0.000000e+00
  %142 = fdiv float %140, %139
  %143 = fmul float %139, %140
  %144 = select i1 %141, float %142, float %143
  %145 = bitcast float %144 to i32
  br label %146

146:                                              ; preds = %138, %127
  %147 = phi i32 [ %145, %138 ], [ %134, %127 ]
  %148 = bitcast i32 %147 to float
  %149 = fmul float %97, %148
  %150 = getelementptr inbounds nuw i32, ptr %2, i64 %128
  store float %149, ptr %150, align 4
  %151 = add nuw nsw i64 %128, 1
  %152 = icmp eq i64 %151, %45
  br i1 %152, label %102, label %127

153:                                              ; preds = %157, %117
  %154 = phi i64 [ %158, %157 ], [ 0, %117 ]
  %155 = phi float [ %161, %157 ], [ 0.000000e+00, %117 ]
  %156 = icmp eq i64 %154, %126
  br i1 %156, label %163, label %157

157:                                              ; preds = %153
  %158 = add nuw nsw i64 %154, 1
  %159 = getelementptr inbounds nuw i32, ptr %3, i64 %154
  %160 = load float, ptr %159, align 4
  %161 = fadd float %155, %160
  %162 = fcmp olt float %125, %161
  br i1 %162, label %163, label %153

163:                                              ; preds = %153, %157
  %164 = phi i64 [ %158, %157 ], [ %106, %153 ]
  %165 = phi i64 [ %154, %157 ], [ %107, %153 ]
  %166 = and i64 %109, 4294967295
  %167 = icmp samesign ult i64 %164, %166
  %168 = select i1 %167, i64 %165, i64 %107
  call void @llvm.lifetime.end.p0(ptr nonnull %3)
  call void @llvm.lifetime.end.p0(ptr nonnull %2)
  %169 = and i64 %168, 4294967295
  br label %170

170:                                              ; preds = %42, %163
  %171 = phi i64 [ %169, %163 ], [ 0, %42 ]
  tail call fastcc void @mark(ptr noundef nonnull %0, i8 noundef zeroext 0)
  %172 = getelementptr inbounds nuw %struct.candidate, ptr %4, i64 %171
  %173 = getelementptr inbounds nuw i8, ptr %172, i64 4
  %174 = load i32, ptr %173, align 4
  call void @llvm.lifetime.end.p0(ptr nonnull %4)
  ret i32 %174
}

define fastcc void @mark(ptr noundef readonly captures(none) %0, i8 noundef zeroext range(i8 0, 2) %1) unnamed_addr {
  %3 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds nuw i8, ptr %4, i64 16
  %6 = load i32, ptr %5, align 4
  %7 = bitcast i32 %6 to float
  %8 = fcmp ogt float %7, 0.000000e+00
  %9 = icmp ne i32 %6, 1065353216
  %10 = and i1 %9, %8
  br i1 %10, label %11, label %37

11:                                               ; preds = %2
  %12 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %13 = load i32, ptr %12, align 8
  %14 = icmp eq i32 %13, 0
  br i1 %14, label %37, label %15

15:                                               ; preds = %11
  %16 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %17 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %18 = getelementptr inbounds nuw i8, ptr %0, i64 48
  br label %19

19:                                               ; preds = %15, %32
  %20 = phi i32 [ %13, %15 ], [ %33, %32 ]
  %21 = phi i64 [ 0, %15 ], [ %34, %32 ]
  %22 = load ptr, ptr %16, align 8
  %23 = getelementptr inbounds nuw i32, ptr %22, i64 %21
  %24 = load i32, ptr %23, align 4
  %25 = load i32, ptr %17, align 8
  %26 = icmp ult i32 %24, %25
  br i1 %26, label %27, label %32

27:                                               ; preds = %19
  %28 = load ptr, ptr %18, align 8
  %29 = zext i32 %24 to i64
  %30 = getelementptr inbounds nuw i8, ptr %28, i64 %29
  store i8 %1, ptr %30, align 1
  %31 = load i32, ptr %12, align 8
  br label %32

32:                                               ; preds = %19, %27
  %33 = phi i32 [ %20, %19 ], [ %31, %27 ]
  %34 = add nuw nsw i64 %21, 1
  %35 = zext i32 %33 to i64
  %36 = icmp samesign ult i64 %34, %35
  br i1 %36, label %19, label %37

37:                                               ; preds = %32, %11, %2
  ret void
}

define dso_local void @draw_uniform(ptr noundef readonly captures(none) %0, i32 noundef %1, i32 noundef %2, i32 noundef %3, i32 noundef %4, ptr noundef writeonly captures(none) %5) local_unnamed_addr {
  %7 = alloca [3 x i32], align 4
  %8 = alloca [34 x i32], align 16
  call void @llvm.lifetime.start.p0(ptr nonnull %7)
  store i32 %1, ptr %7, align 4
  %9 = getelementptr inbounds nuw i8, ptr %7, i64 4
  store i32 %2, ptr %9, align 4
  %10 = getelementptr inbounds nuw i8, ptr %7, i64 8
  %11 = udiv i32 %3, 34
  store i32 %11, ptr %10, align 4
  call void @llvm.lifetime.start.p0(ptr nonnull %8)
  %12 = icmp eq i32 %4, 0
  br i1 %12, label %15, label %13

13:                                               ; preds = %6
  %14 = zext i32 %4 to i64
  br label %16

15:                                               ; preds = %24, %6
  call void @llvm.lifetime.end.p0(ptr nonnull %8)
  call void @llvm.lifetime.end.p0(ptr nonnull %7)
  ret void

16:                                               ; preds = %13, %24
  %17 = phi i64 [ 0, %13 ], [ %34, %24 ]
  %18 = phi i32 [ %11, %13 ], [ %25, %24 ]
  %19 = trunc nuw i64 %17 to i32
  %20 = urem i32 %19, 34
  %21 = icmp eq i32 %20, 0
  br i1 %21, label %22, label %24

22:                                               ; preds = %16
  call void @random_words(ptr noundef %0, ptr noundef nonnull %7, ptr noundef nonnull %8)
  %23 = add i32 %18, 1
  store i32 %23, ptr %10, align 4
  br label %24

24:                                               ; preds = %22, %16
  %25 = phi i32 [ %23, %22 ], [ %18, %16 ]
  %26 = zext nneg i32 %20 to i64
  %27 = getelementptr inbounds nuw i32, ptr %8, i64 %26
  %28 = load i32, ptr %27, align 4
  %29 = lshr i32 %28, 8
  %30 = or i32 %29, 1
  %31 = uitofp nneg i32 %30 to float
  %32 = fmul float %31, 0x3E70000000000000
  %33 = getelementptr inbounds nuw i32, ptr %5, i64 %17
  store float %32, ptr %33, align 4
  %34 = add nuw nsw i64 %17, 1
  %35 = icmp eq i64 %34, %14
  br i1 %35, label %15, label %16
}

define dso_local i32 @next_above(ptr noundef readonly captures(none) %0, i32 noundef %1, i32 noundef %2) local_unnamed_addr {
  %4 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %5 = load i32, ptr %4, align 8
  %6 = insertelement <16 x i32> poison, i32 %2, i64 0
  %7 = shufflevector <16 x i32> %6, <16 x i32> poison, <16 x i32> zeroinitializer
  %8 = getelementptr inbounds nuw i8, ptr %0, i64 48
  br label %9

9:                                                ; preds = %13, %3
  %10 = phi i32 [ %1, %3 ], [ %11, %13 ]
  %11 = add i32 %10, 16
  %12 = icmp ugt i32 %11, %5
  br i1 %12, label %33, label %13

13:                                               ; preds = %9
  %14 = load ptr, ptr %0, align 8
  %15 = zext i32 %10 to i64
  %16 = getelementptr inbounds nuw i32, ptr %14, i64 %15
  %17 = load <16 x i32>, ptr %16, align 4
  %18 = and <16 x i32> %17, splat (i32 2147483647)
  %19 = icmp samesign ugt <16 x i32> %18, splat (i32 2139095040)
  %20 = ashr <16 x i32> %17, splat (i32 31)
  %21 = xor <16 x i32> %18, %20
  %22 = sub <16 x i32> %21, %20
  %23 = icmp sgt <16 x i32> %22, %7
  %24 = or <16 x i1> %19, %23
  %25 = load ptr, ptr %8, align 8
  %26 = getelementptr inbounds nuw i8, ptr %25, i64 %15
  %27 = load <16 x i8>, ptr %26, align 1
  %28 = bitcast <16 x i1> %24 to i16
  %29 = icmp eq i16 %28, 0
  %30 = tail call i8 @llvm.vector.reduce.or.v16i8(<16 x i8> %27)
  %31 = icmp eq i8 %30, 0
  %32 = select i1 %29, i1 %31, i1 false
  br i1 %32, label %9, label %33

33:                                               ; preds = %13, %9
  %34 = icmp ult i32 %10, %5
  br i1 %34, label %35, label %62

35:                                               ; preds = %33
  %36 = load ptr, ptr %8, align 8
  %37 = zext i32 %10 to i64
  br label %38

38:                                               ; preds = %35, %54
  %39 = phi i64 [ %37, %35 ], [ %55, %54 ]
  %40 = getelementptr inbounds nuw i8, ptr %36, i64 %39
  %41 = load i8, ptr %40, align 1
  %42 = icmp eq i8 %41, 0
  br i1 %42, label %43, label %58

43:                                               ; preds = %38
  %44 = load ptr, ptr %0, align 8
  %45 = getelementptr inbounds nuw i32, ptr %44, i64 %39
  %46 = load i32, ptr %45, align 4
  %47 = and i32 %46, 2147483647
  %48 = icmp samesign ugt i32 %47, 2139095040
  %49 = sub nsw i32 0, %47
  %50 = icmp slt i32 %46, 0
  %51 = select i1 %50, i32 %49, i32 %47
  %52 = select i1 %48, i32 2147483647, i32 %51
  %53 = icmp sgt i32 %52, %2
  br i1 %53, label %60, label %54

54:                                               ; preds = %43
  %55 = add nuw nsw i64 %39, 1
  %56 = trunc i64 %55 to i32
  %57 = icmp eq i32 %5, %56
  br i1 %57, label %62, label %38

58:                                               ; preds = %38
  %59 = trunc nuw i64 %39 to i32
  br label %62

60:                                               ; preds = %43
  %61 = trunc nuw i64 %39 to i32
  br label %62

62:                                               ; preds = %54, %58, %60, %33
  %63 = phi i32 [ %10, %33 ], [ %61, %60 ], [ %59, %58 ], [ %5, %54 ]
  ret i32 %63
}

declare i8 @llvm.vector.reduce.or.v16i8(<16 x i8>)

define dso_local void @pick.token(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = alloca %struct.draw, align 8
  %3 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %4 = load i64, ptr %3, align 8
  %5 = trunc i64 %4 to i32
  %6 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %7 = load i64, ptr %6, align 8
  %8 = inttoptr i64 %7 to ptr
  %9 = load i32, ptr %8, align 4
  call void @llvm.lifetime.start.p0(ptr nonnull %2)
  %10 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %11 = load i64, ptr %10, align 8
  %12 = inttoptr i64 %11 to ptr
  store ptr %12, ptr %2, align 8
  %13 = getelementptr inbounds nuw i8, ptr %2, i64 8
  %14 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %15 = load i64, ptr %14, align 8
  %16 = trunc i64 %15 to i32
  store i32 %16, ptr %13, align 8
  %17 = getelementptr inbounds nuw i8, ptr %2, i64 12
  store i32 0, ptr %17, align 4
  %18 = getelementptr inbounds nuw i8, ptr %2, i64 16
  %19 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %20 = load i64, ptr %19, align 8
  %21 = inttoptr i64 %20 to ptr
  store ptr %21, ptr %18, align 8
  %22 = getelementptr inbounds nuw i8, ptr %2, i64 24
  %23 = icmp ult i32 %9, %5
  %24 = add i32 %9, 1
  %25 = select i1 %23, i32 %24, i32 %5
  store i32 %25, ptr %22, align 8
  %26 = getelementptr inbounds nuw i8, ptr %2, i64 28
  store i32 %9, ptr %26, align 4
  %27 = getelementptr inbounds nuw i8, ptr %2, i64 32
  %28 = getelementptr inbounds nuw i8, ptr %0, i64 48
  %29 = load i64, ptr %28, align 8
  %30 = inttoptr i64 %29 to ptr
  store ptr %30, ptr %27, align 8
  %31 = getelementptr inbounds nuw i8, ptr %2, i64 40
  %32 = getelementptr inbounds nuw i8, ptr %0, i64 56
  %33 = load i64, ptr %32, align 8
  %34 = inttoptr i64 %33 to ptr
  store ptr %34, ptr %31, align 8
  %35 = getelementptr inbounds nuw i8, ptr %2, i64 48
  %36 = getelementptr inbounds nuw i8, ptr %0, i64 64
  %37 = load i64, ptr %36, align 8
  %38 = inttoptr i64 %37 to ptr
  store ptr %38, ptr %35, align 8
  %39 = call i32 @pick_token(ptr noundef nonnull %2)
  %40 = load i64, ptr %0, align 8
  %41 = inttoptr i64 %40 to ptr
  store i32 %39, ptr %41, align 4
  call void @llvm.lifetime.end.p0(ptr nonnull %2)
  ret void
}

define dso_local void @pick.uniform(ptr noundef readonly captures(none) %0) local_unnamed_addr {
  %2 = getelementptr inbounds nuw i8, ptr %0, i64 8
  %3 = load i64, ptr %2, align 8
  %4 = inttoptr i64 %3 to ptr
  %5 = getelementptr inbounds nuw i8, ptr %0, i64 24
  %6 = load i64, ptr %5, align 8
  %7 = trunc i64 %6 to i32
  %8 = getelementptr inbounds nuw i8, ptr %0, i64 16
  %9 = load i64, ptr %8, align 8
  %10 = inttoptr i64 %9 to ptr
  %11 = load i32, ptr %10, align 4
  %12 = getelementptr inbounds nuw i8, ptr %0, i64 32
  %13 = load i64, ptr %12, align 8
  %14 = trunc i64 %13 to i32
  %15 = getelementptr inbounds nuw i8, ptr %0, i64 40
  %16 = load i64, ptr %15, align 8
  %17 = trunc i64 %16 to i32
  %18 = load i64, ptr %0, align 8
  %19 = inttoptr i64 %18 to ptr
  tail call void @draw_uniform(ptr noundef %4, i32 noundef %7, i32 noundef %11, i32 noundef %14, i32 noundef %17, ptr noundef %19)
  ret void
}

declare i32 @llvm.ctlz.i32(i32, i1 immarg)

define fastcc void @sink(ptr noundef nonnull captures(none) %0, i32 noundef range(i32 0, -2147483648) %1, i64 %2) unnamed_addr {
  %4 = icmp samesign ugt i32 %1, 1
  br i1 %4, label %5, label %55

5:                                                ; preds = %3
  %6 = trunc i64 %2 to i32
  %7 = lshr i64 %2, 32
  br label %8

8:                                                ; preds = %5, %46
  %9 = phi i32 [ 1, %5 ], [ %50, %46 ]
  %10 = phi i32 [ 0, %5 ], [ %49, %46 ]
  %11 = phi i32 [ 0, %5 ], [ %36, %46 ]
  %12 = add nuw nsw i32 %10, 2
  %13 = icmp ult i32 %12, %1
  br i1 %13, label %16, label %14

14:                                               ; preds = %8
  %15 = zext i32 %9 to i64
  br label %34

16:                                               ; preds = %8
  %17 = zext nneg i32 %12 to i64
  %18 = getelementptr inbounds nuw %struct.candidate, ptr %0, i64 %17
  %19 = zext i32 %9 to i64
  %20 = getelementptr inbounds nuw %struct.candidate, ptr %0, i64 %19
  %21 = load i64, ptr %18, align 4
  %22 = load i64, ptr %20, align 4
  %23 = trunc i64 %21 to i32
  %24 = trunc i64 %22 to i32
  %25 = icmp slt i32 %23, %24
  br i1 %25, label %33, label %26

26:                                               ; preds = %16
  %27 = lshr i64 %22, 32
  %28 = lshr i64 %21, 32
  %29 = icmp eq i32 %23, %24
  %30 = icmp samesign ugt i64 %28, %27
  %31 = select i1 %29, i1 %30, i1 false
  %32 = freeze i1 %31
  br i1 %32, label %33, label %34

33:                                               ; preds = %16, %26
  br label %34

34:                                               ; preds = %14, %33, %26
  %35 = phi i64 [ %15, %14 ], [ %17, %33 ], [ %19, %26 ]
  %36 = phi i32 [ %9, %14 ], [ %12, %33 ], [ %9, %26 ]
  %37 = getelementptr inbounds nuw %struct.candidate, ptr %0, i64 %35
  %38 = load i64, ptr %37, align 4
  %39 = trunc i64 %38 to i32
  %40 = icmp slt i32 %39, %6
  br i1 %40, label %46, label %41

41:                                               ; preds = %34
  %42 = lshr i64 %38, 32
  %43 = icmp eq i32 %39, %6
  %44 = icmp samesign ugt i64 %42, %7
  %45 = select i1 %43, i1 %44, i1 false
  br i1 %45, label %46, label %52

46:                                               ; preds = %34, %41
  %47 = zext i32 %11 to i64
  %48 = getelementptr inbounds nuw %struct.candidate, ptr %0, i64 %47
  store i64 %38, ptr %48, align 4
  %49 = shl i32 %36, 1
  %50 = or disjoint i32 %49, 1
  %51 = icmp ult i32 %50, %1
  br i1 %51, label %8, label %52

52:                                               ; preds = %41, %46
  %53 = phi i32 [ %36, %46 ], [ %11, %41 ]
  %54 = zext i32 %53 to i64
  br label %55

55:                                               ; preds = %52, %3
  %56 = phi i64 [ 0, %3 ], [ %54, %52 ]
  %57 = getelementptr inbounds nuw %struct.candidate, ptr %0, i64 %56
  store i64 %2, ptr %57, align 4
  ret void
}

declare i32 @llvm.umin.i32(i32, i32)

declare i32 @llvm.abs.i32(i32, i1 immarg)

declare i32 @llvm.umax.i32(i32, i32)

declare i64 @llvm.fshl.i64(i64, i64, i64)
